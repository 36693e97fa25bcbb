package co.caution.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The containers of {@code docker-compose.yml}, built and started here; the script says what it does. */
@Tag("full")
class ContainersIT {

    private static final int MISSING = 69;
    private static final int NOT_ROOT = 77;

    @TempDir
    Path directory;

    @Test
    void theComposeFileRunsAServiceThatSurvivesStopAndLoss() throws Exception {
        Path log = directory.resolve("log");
        Process check = new ProcessBuilder("tools/selfhost-check").redirectErrorStream(true).redirectOutput(log.toFile()).start();
        assertThat(check.waitFor(40, TimeUnit.MINUTES)).isTrue();
        String said = Files.readString(log);
        assumeFalse(check.exitValue() == MISSING || check.exitValue() == NOT_ROOT, said);
        assertThat(check.exitValue()).as(said).isZero();
        assertThat(said).endsWith("==> PASSED\n");
    }
}
