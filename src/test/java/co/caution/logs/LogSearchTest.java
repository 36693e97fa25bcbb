package co.caution.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A search that finds nothing proves something only where it could have found it. */
class LogSearchTest {

    private static final String SECRET = "q7-Zk_0vT9xLw2Rb8Yd4Nc6MfHs1Ju3E";

    @ValueSource(strings = {
        "12:00:00 INFO  somebody came with q7-Zk_0vT9xLw2Rb8Yd4Nc6MfHs1Ju3E",
        "{\"message\":\"cookie q7-Zk_0vT9xLw2Rb8Yd4Nc6MfHs1Ju3E\"}",
        "encoded: cTctWmtfMHZUOXhMdzJSYjhZZDROYzZNZkhzMUp1M0U",
        "in hex: 71372d5a6b5f30765439784c7732526238596434" + "4e63364d664873314a753345",
        "another alphabet: q7+Zk/0vT9xLw2Rb8Yd4Nc6MfHs1Ju3E",
        "{\"message\":\"escaped: q7+Zk\\/0vT9xLw2Rb8Yd4Nc6MfHs1Ju3E\"}"})
    @ParameterizedTest
    void aSecretThatIsKnownIsFoundHoweverItIsWritten(String line) {
        assertThat(LogSearch.find("first\n" + line + "\nlast", List.of("another-secret-altogether", SECRET))).hasSize(1)
                .allSatisfy(found -> assertThat(found).startsWith("a secret: ").doesNotContain("first"));
    }

    @ValueSource(strings = {
        "WARN  token caution_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG was refused",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "{\"message\":\"-----BEGIN PRIVATE KEY-----\\nMC4CAQ\"}",
        "Authorization: Bearer 0123456789abcdef0123456789abcdef",
        "Cookie: __Host-caution=0123456789abcdef0123",
        "go to https://caution.example.org/join#0123456789abcdef0123"})
    @ParameterizedTest
    void whatLooksLikeOneIsFound(String line) {
        assertThat(LogSearch.find(line, List.of())).isNotEmpty();
    }

    @Test
    void aLogLikeOursIsClean() {
        assertThat(LogSearch.find("""
                20:00:46 INFO  SSH listens on 127.0.0.1:15896
                20:00:46 INFO  push 3bb0e1f1-1d0e-4f0e-9d8a-8f6cf4f8cf0a of main: live 67b93c22-a1b1-4143-a212-38326d11eec9
                {"message":"caution_builds_total and /join#","request":"67b93c22-a1b1-4143-a212-38326d11eec9"}
                the key SHA256:q7Zk0vT9xLw2Rb8Yd4Nc6MfHs1Ju3E may not push
                """, List.of(SECRET))).isEmpty();
    }
}
