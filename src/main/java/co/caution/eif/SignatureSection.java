package co.caution.eif;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A signature section: CBOR, an array of maps of {@code signing_certificate} (PEM text) and {@code signature}
 * (COSE_Sign1), each as an array of integers, because that is how {@code eif_build} serialises bytes. Only the first map counts for PCR8.
 */
final class SignatureSection {

    private static final int UNSIGNED = 0;
    private static final int TEXT = 3;
    private static final int ARRAY = 4;
    private static final int MAP = 5;

    /** Not the format; the reader adds offset and rule. */
    private static final class Malformed extends Exception {
        Malformed() {
            super(null, null, false, false);
        }
    }

    private final byte[] bytes;
    private int at;

    private SignatureSection(byte[] bytes) {
        this.bytes = bytes;
    }

    /** DER of the first signing certificate, or null where the section is malformed. */
    static byte @Nullable [] certificate(byte[] section) {
        try {
            List<byte[]> pems = new SignatureSection(section).read();
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(pems.getFirst())).getEncoded();
        } catch (Malformed | CertificateException e) {
            return null;
        }
    }

    private List<byte[]> read() throws Malformed {
        int count = head(ARRAY);
        require(count > 0);
        List<byte[]> certificates = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            require(head(MAP) == 2);
            require(text().equals("signing_certificate"));
            certificates.add(integers());
            require(text().equals("signature"));
            integers();
        }
        require(at == bytes.length);
        return certificates;
    }

    private String text() throws Malformed {
        int length = head(TEXT);
        String text = new String(bytes, at, length, StandardCharsets.US_ASCII);
        at += length;
        return text;
    }

    private byte[] integers() throws Malformed {
        byte[] values = new byte[head(ARRAY)];
        for (int i = 0; i < values.length; i++) {
            int value = head(UNSIGNED);
            require(value <= 0xff);
            values[i] = (byte) value;
        }
        return values;
    }

    /** The argument of an item; a length is at most what is left, as every element takes a byte. */
    private int head(int type) throws Malformed {
        int first = next();
        require(first >> 5 == type && (first & 31) <= 25);
        int argument = switch (first & 31) {
            case 24 -> next();
            case 25 -> next() << 8 | next();
            default -> first & 31;
        };
        require(type == UNSIGNED || argument <= bytes.length - at);
        return argument;
    }

    private int next() throws Malformed {
        require(at < bytes.length);
        return bytes[at++] & 0xff;
    }

    private static void require(boolean holds) throws Malformed {
        if (!holds) {
            throw new Malformed();
        }
    }
}
