package co.caution.hosting.local;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.attestation.LocalRoot;
import co.caution.attestation.SoftwareNsm;
import co.caution.eif.Measurements;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalEnclaveTest {

    private static final Instant NOW = Instant.parse("2026-05-04T12:00:00Z");

    @TempDir
    Path directory;

    @Test
    void itsProgramsInheritNothingOfTheServicesButWhereProgramsAre() throws Exception {
        assertThat(System.getenv()).as("what could be inherited").hasSizeGreaterThan(1);
        Path inherited = directory.resolve("inherited");
        Path own = Files.createDirectory(directory.resolve("enclave"));
        var random = new SecureRandom();
        var nsm = new SoftwareNsm(LocalRoot.inMemory(NOW, random), new Measurements("a".repeat(96), "b".repeat(96), "c".repeat(96)), "i-0-enc0",
                () -> NOW, random);
        var enclave = new LocalEnclave(UUID.randomUUID(), own, new SimulatedNsm(own.resolve("nsm.sock"), nsm));
        enclave.start(List.of("sh", "-c", "tr '\\0' '\\n' </proc/$$/environ >../inherited"));
        enclave.ended().toCompletableFuture().get(60, TimeUnit.SECONDS);
        enclave.terminate();
        assertThat(Files.readAllLines(inherited)).singleElement().asString().startsWith("PATH=");
    }
}
