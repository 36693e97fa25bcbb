package co.caution.attestation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether bytes are one DER element (X.690) in the subset that certificates use. Certificate parsers accept more: BER
 * lengths, trailing bytes, dates that do not exist; what is accepted twice can be made to mean two things.
 */
final class Der {

    private static final int MAX_DEPTH = 16;
    private static final Pattern UTC_TIME = Pattern.compile("(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)Z");
    private static final Pattern GENERALIZED_TIME =
            Pattern.compile("(\\d{4})(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)Z");

    private static final Pattern PRINTABLE = Pattern.compile("[A-Za-z0-9 '()+,./:=?-]*");
    private static final Pattern ASCII = Pattern.compile("[\\x00-\\x7f]*");

    private final byte[] bytes;
    private int at;

    private Der(byte[] bytes) {
        this.bytes = bytes;
    }

    static boolean isStrict(byte[] bytes) {
        Der der = new Der(bytes);
        return der.element(bytes.length, 0) && der.at == bytes.length;
    }

    /** Reads one element that ends at or before {@code limit}. */
    private boolean element(int limit, int depth) {
        if (depth > MAX_DEPTH || limit - at < 2) {
            return false;
        }
        int tag = bytes[at++] & 0xff;
        int length = length(limit);
        if ((tag & 0x1f) == 0x1f || length < 0 || length > limit - at) {
            return false;
        }
        int end = at + length;
        if ((tag & 0x20) != 0) {
            boolean universal = tag >> 6 == 0;
            if (universal && tag != 0x30 && tag != 0x31) {
                return false;
            }
            return elements(tag, end, depth + 1);
        }
        boolean valid = primitive(tag, length);
        at = end;
        return valid;
    }

    /** The elements of a SET come in the order of their bytes. */
    private boolean elements(int tag, int end, int depth) {
        int last = at;
        while (at < end) {
            int from = at;
            if (!element(end, depth) || tag == DerReader.SET && Arrays.compareUnsigned(bytes, last, from, bytes, from, at) > 0) {
                return false;
            }
            last = from;
        }
        return true;
    }

    /** A definite length in its shortest form, or −1. */
    private int length(int limit) {
        int first = bytes[at++] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int count = first & 0x7f;
        if (count == 0 || count > 3 || count > limit - at) {
            return -1;
        }
        int length = 0;
        for (int i = 0; i < count; i++) {
            length = length << 8 | bytes[at++] & 0xff;
        }
        return length >= 0x80 && length >= 1 << 8 * (count - 1) ? length : -1;
    }

    private boolean primitive(int tag, int length) {
        return switch (tag) {
            // Every boolean of a certificate has the default false, which DER leaves out.
            case DerReader.BOOLEAN -> length == 1 && (bytes[at] & 0xff) == 0xff;
            case DerReader.INTEGER -> integer(length);
            case DerReader.BIT_STRING -> bitString(length);
            case 0x05 -> length == 0;
            case DerReader.OBJECT_IDENTIFIER -> identifier(length);
            case DerReader.UTC_TIME, DerReader.GENERALIZED_TIME -> isTime(tag, Arrays.copyOfRange(bytes, at, at + length));
            case DerReader.OCTET_STRING -> true;
            case DerReader.UTF8_STRING -> utf8(length);
            case DerReader.PRINTABLE_STRING -> PRINTABLE.matcher(new String(bytes, at, length, ISO_8859_1)).matches();
            case 0x16 -> ASCII.matcher(new String(bytes, at, length, ISO_8859_1)).matches();
            default -> tag >> 6 == 2;
        };
    }

    /** Two's complement without a superfluous first byte. */
    private boolean integer(int length) {
        if (length < 2) {
            return length == 1;
        }
        boolean negative = bytes[at + 1] < 0;
        return bytes[at] != (negative ? -1 : 0);
    }

    /** Each number in its shortest form, the last one complete. */
    private boolean identifier(int length) {
        boolean first = true;
        for (int i = at; i < at + length; i++) {
            if (first && bytes[i] == (byte) 0x80) {
                return false;
            }
            first = bytes[i] >= 0;
        }
        return length > 0 && first;
    }

    private boolean utf8(int length) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, at, length));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private boolean bitString(int length) {
        if (length == 0 || bytes[at] < 0 || bytes[at] > 7 || length == 1 && bytes[at] != 0) {
            return false;
        }
        return length == 1 || (bytes[at + length - 1] & (1 << bytes[at]) - 1) == 0;
    }

    private static boolean isTime(int tag, byte[] content) {
        try {
            time(tag, content);
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }

    /**
     * A UTCTime (1950 to 2049) or a GeneralizedTime, to the second and in UTC, as RFC 5280 demands.
     *
     * @throws DateTimeException where the form is another, or there is no such time
     */
    static Instant time(int tag, byte[] content) {
        Matcher time = (tag == DerReader.UTC_TIME ? UTC_TIME : GENERALIZED_TIME)
                .matcher(new String(content, ISO_8859_1));
        if (!time.matches()) {
            throw new DateTimeException("not a time of a certificate");
        }
        int[] part = new int[6];
        for (int i = 0; i < 6; i++) {
            part[i] = Integer.parseInt(time.group(i + 1));
        }
        int century = tag == DerReader.GENERALIZED_TIME ? 0 : part[0] < 50 ? 2000 : 1900;
        return LocalDateTime.of(century + part[0], part[1], part[2], part[3], part[4], part[5]).toInstant(ZoneOffset.UTC);
    }
}
