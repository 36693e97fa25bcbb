package co.caution.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Skipped, saying what brings it, where there is no ssh-audit. */
@Timeout(120)
class SshAuditTest {

    private static final int MISSING = 69;

    @TempDir
    Path home;

    @Test
    void sshAuditFindsNothingToComplainAbout() throws Exception {
        try (var server = new TestSshServer(home, TestSshServer.ROOMY)) {
            var process = new ProcessBuilder("tools/ssh-audit", "127.0.0.1", "" + server.port).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            assumeTrue(status != MISSING, said);
            assertThat(status).as(said).isZero();
        }
    }
}
