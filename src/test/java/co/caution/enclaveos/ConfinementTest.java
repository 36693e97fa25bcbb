package co.caution.enclaveos;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.enclaveos.BootedEnclave.App;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application that attacks: what it tries is in {@code attacker.go}, a line for each attempt. */
@Tag("full")
class ConfinementTest {

    private static final int ATTEMPTS = 180;

    @TempDir
    static Path appDirectory;

    @TempDir
    Path directory;

    private static EnclaveOsRelease release;
    private static Path attacker;

    @BeforeAll
    static void needs() throws Exception {
        release = BootedEnclave.release();
        attacker = TestApp.build(appDirectory, "attacker.go");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1000})
    void anApplicationStaysWhereItWasPut(int uid) throws Exception {
        try (BootedEnclave enclave = boot("attack", uid)) {
            enclave.await("heartbeat");
            String report = enclave.get(8080);
            List<String> attempts = report.substring(report.indexOf("\r\n\r\n") + 4).lines().toList();
            assertThat(attempts).filteredOn(line -> !line.startsWith("held ")).isEmpty();
            assertThat(attempts).hasSizeGreaterThan(ATTEMPTS);
            // Two hundred connections are still open to its own socket, and strangers get their evidence.
            assertThat(enclave.challenge()).startsWith("HTTP/1.1 200 OK");
            assertThat(enclave.console()).doesNotContain("Kernel panic", "panic:", "BUG:", "Oops");
        }
    }

    /** Four hundred threads that never rest, on two processors: evidence does not wait for them. */
    @Test
    void anApplicationThatTakesEveryProcessorKeepsNobodyFromEvidence() throws Exception {
        try (BootedEnclave enclave = boot("burn", 0)) {
            enclave.await("heartbeat");
            enclave.awaitAnswer(8080);
            for (int i = 0; i < 5; i++) {
                assertThat(enclave.challenge()).startsWith("HTTP/1.1 200 OK");
            }
        }
    }

    private BootedEnclave boot(String mode, int uid) throws Exception {
        String manifest = ("{\"manifest\":2,\"pipeline\":2,\"argv\":[\"/app\",\"%s\"],\"env\":[\"ONLY=THIS\"],\"workdir\":\"/\","
                        + "\"user\":{\"uid\":%d,\"gid\":%d,\"groups\":[]},\"ports\":[8080],\"egress\":[\"api.example.com:443\"]}")
                .formatted(mode, uid, uid);
        return new BootedEnclave(release, directory, new App(manifest, attacker, 0, true), 512);
    }
}
