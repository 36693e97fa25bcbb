package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.attestation.EncodedDocument.Encoding;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Base64;
import java.util.HexFormat;

/** Whatever comes is some bytes; and bytes that are no text survive every form. */
class EncodedDocumentFuzzTest {

    @FuzzTest
    void every_form_gives_the_same_bytes(byte[] input) {
        EncodedDocument read = EncodedDocument.read(input);
        assertThat(read.document().length).isLessThanOrEqualTo(input.length);
        if (read.encoding() == Encoding.RAW) {
            assertThat(read.document()).isEqualTo(input);
        }
        if (input.length > 0 && input[0] < 0) {
            assertThat(read.encoding()).isEqualTo(Encoding.RAW);
            assertThat(EncodedDocument.read(HexFormat.of().formatHex(input).getBytes()).document()).isEqualTo(input);
            byte[] base64 = Base64.getMimeEncoder().encode(input);
            assertThat(EncodedDocument.read(base64).encoding()).isIn(Encoding.BASE64, Encoding.HEX);
        }
    }
}
