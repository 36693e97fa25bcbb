package co.caution.hosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EnclaveHttpTest {

    @Test
    void anAnswerIsReadToItsLength() throws IOException {
        var answer = read("HTTP/1.1 200 OK\r\nContent-Type: x\r\nContent-Length: 4\r\n\r\nbodyrest", 10);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).asString().isEqualTo("body");
    }

    @Test
    void anAnswerWithoutLengthEndsWithTheConnection() throws IOException {
        assertThat(read("HTTP/1.0 404 No\r\n\r\nnothing", 10).body()).asString().isEqualTo("nothing");
    }

    @Test
    void anAnswerThatClaimsTooMuchIsRefusedBeforeItIsRead() {
        assertThatIOException().isThrownBy(() -> read("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", 10))
                .withMessageContaining("at most 10");
    }

    @Test
    void anAnswerThatNeverEndsIsRefused() {
        assertThatIOException().isThrownBy(() -> read("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(11), 10))
                .withMessageContaining("too long");
        assertThatIOException().isThrownBy(() -> read("HTTP/1.1 200 OK\r\n" + "a: b\r\n".repeat(9_999), 10))
                .withMessageContaining("header is too long");
    }

    @Test
    void aCutAnswerIsNotTakenForAWholeOne() {
        assertThatIOException().isThrownBy(() -> read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbody", 10))
                .withMessageContaining("cut off");
        assertThatIOException().isThrownBy(() -> read("", 10)).withMessageContaining("without an answer");
        assertThatIOException().isThrownBy(() -> read("SSH-2.0-x\r\n\r\n", 10)).withMessageContaining("not HTTP");
    }

    private static EnclaveHttp.Response read(String bytes, int limit) throws IOException {
        return EnclaveHttp.read(new ByteArrayInputStream(bytes.getBytes(StandardCharsets.US_ASCII)), limit);
    }
}
