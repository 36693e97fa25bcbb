package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** A file gives PCR0, 1 and 2 at least, or nothing. */
class PcrFileFuzzTest {

    @FuzzTest
    void files_are_read_or_refused(byte[] input) {
        try {
            ExpectedPcrs pcrs = PcrFile.parse(new String(input, StandardCharsets.UTF_8));
            assertThat(pcrs.values()).containsKeys(0, 1, 2);
            assertThat(pcrs.values().keySet()).allMatch(index -> index >= 0 && index <= 31);
            assertThat(pcrs.values().values()).allMatch(value -> value.matches("[0-9a-f]{96}"));
        } catch (InvalidPcrFileException e) {
            assertThat(e).message().isNotBlank();
        }
    }
}
