package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.attestation.EncodedDocument.Encoding;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EncodedDocumentTest {

    /** Base64 of it has both characters in which the alphabets differ, and padding. */
    private static final byte[] BYTES = HexFormat.of().parseHex("8444a1013822a0fbeffe3f0000");

    static Stream<Arguments> forms() {
        String hex = HexFormat.of().formatHex(BYTES);
        String base64 = Base64.getEncoder().encodeToString(BYTES);
        return Stream.of(
                Arguments.of(Encoding.HEX, hex),
                Arguments.of(Encoding.HEX, hex.toUpperCase(Locale.ROOT) + "\r\n"),
                Arguments.of(Encoding.HEX, "0x" + hex),
                Arguments.of(Encoding.HEX, hex.replaceAll("(.{4})", "$1 \t")),
                Arguments.of(Encoding.BASE64, base64),
                Arguments.of(Encoding.BASE64, base64.replace("=", "")),
                Arguments.of(Encoding.BASE64, base64.replaceAll("(.{5})", "$1\r\n")),
                Arguments.of(Encoding.BASE64, "\"" + base64 + "\"\n"),
                Arguments.of(Encoding.BASE64, base64.replace('+', '-').replace('/', '_')));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("forms")
    void every_form_gives_the_bytes(Encoding encoding, String text) {
        EncodedDocument read = EncodedDocument.read(text.getBytes(StandardCharsets.US_ASCII));
        assertThat(read.document()).isEqualTo(BYTES);
        assertThat(read.encoding()).isEqualTo(encoding);
    }

    @Test
    void bytes_are_bytes() {
        for (byte[] raw : new byte[][] {BYTES, {}, {0x30, 0x1f}, {'8', '4', (byte) 0x80}}) {
            assertThat(EncodedDocument.read(raw).document()).isSameAs(raw);
            assertThat(EncodedDocument.read(raw).encoding()).isEqualTo(Encoding.RAW).hasToString("raw bytes");
        }
        assertThat(Encoding.HEX).hasToString("hex");
        assertThat(Encoding.BASE64).hasToString("base64");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\"", "\"\"", "\"84", "84\"", "a", "abcde", "hEShATgioFk*", "=", "a===", "ab=cd"})
    void text_in_no_such_form_is_left_as_it_is(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        assertThat(EncodedDocument.read(bytes)).isEqualTo(new EncodedDocument(bytes, Encoding.RAW));
    }
}
