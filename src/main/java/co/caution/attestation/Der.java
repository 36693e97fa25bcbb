package co.caution.attestation;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDateTime;
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
            while (at < end) {
                if (!element(end, depth + 1)) {
                    return false;
                }
            }
            return true;
        }
        boolean valid = primitive(tag, length);
        at = end;
        return valid;
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
            case 0x01 -> length == 1 && (bytes[at] & 0xff) == 0xff;
            case 0x02 -> integer(length);
            case 0x03 -> bitString(length);
            case 0x05 -> length == 0;
            case 0x06 -> length > 0 && (bytes[at + length - 1] & 0x80) == 0;
            case 0x17 -> time(UTC_TIME, length);
            case 0x18 -> time(GENERALIZED_TIME, length);
            case 0x04, 0x0c, 0x13, 0x14, 0x16, 0x1e -> true;
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

    private boolean bitString(int length) {
        if (length == 0 || bytes[at] < 0 || bytes[at] > 7 || length == 1 && bytes[at] != 0) {
            return false;
        }
        return length == 1 || (bytes[at + length - 1] & (1 << bytes[at]) - 1) == 0;
    }

    private boolean time(Pattern form, int length) {
        Matcher time = form.matcher(new String(bytes, at, length, StandardCharsets.ISO_8859_1));
        if (!time.matches()) {
            return false;
        }
        int[] part = new int[6];
        for (int i = 0; i < 6; i++) {
            part[i] = Integer.parseInt(time.group(i + 1));
        }
        int century = form == GENERALIZED_TIME ? 0 : part[0] < 50 ? 2000 : 1900;
        try {
            LocalDateTime.of(century + part[0], part[1], part[2], part[3], part[4], part[5]);
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }
}
