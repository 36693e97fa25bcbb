package co.caution.attestation;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A document as people keep it: the bytes themselves, or text with them in hex or base64 (standard or URL alphabet, with
 * or without padding, line breaks or quotes). Text that is neither is left as it is, for the rules to refuse.
 */
public record EncodedDocument(byte[] document, Encoding encoding) {

    public enum Encoding {
        RAW("raw bytes"),
        HEX("hex"),
        BASE64("base64");

        private final String label;

        Encoding(String label) {
            this.label = label;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]+");
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]+={0,2}");

    public static EncodedDocument read(byte[] input) {
        // A document starts with 0x84 or 0xd2, which no text in these encodings contains.
        for (byte b : input) {
            if (b < ' ' && b != '\n' && b != '\r' && b != '\t') {
                return new EncodedDocument(input, Encoding.RAW);
            }
        }
        String text = new String(input, StandardCharsets.US_ASCII).replaceAll("[ \\t\\r\\n]+", "");
        if (text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")) {
            text = text.substring(1, text.length() - 1);
        }
        String digits = text.startsWith("0x") ? text.substring(2) : text;
        if (digits.length() % 2 == 0 && HEX.matcher(digits).matches()) {
            return new EncodedDocument(HexFormat.of().parseHex(digits), Encoding.HEX);
        }
        String standard = text.replace('-', '+').replace('_', '/');
        if (BASE64.matcher(standard).matches()) {
            try {
                return new EncodedDocument(Base64.getDecoder().decode(standard), Encoding.BASE64);
            } catch (IllegalArgumentException e) {
                // Of no length that base64 has: not base64, then.
            }
        }
        return new EncodedDocument(input, Encoding.RAW);
    }
}
