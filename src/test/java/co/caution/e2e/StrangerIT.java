package co.caution.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.e2e.Developer.Result;
import co.caution.enclaveos.EnclaveOsLock;
import co.caution.enclaveos.EnclaveOsRelease;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A machine of a stranger's: a fresh Debian with a JDK and buildah, another user, time zone, locale and umask, and nothing but
 * the attestation URL, the source, and what they trust. Needs root, debootstrap and a package mirror.
 */
@Tag("full")
class StrangerIT {

    private static final Path TRANSCRIPT = Path.of("target", "stranger.txt");

    @TempDir
    static Path directory;

    @Test
    void aStrangerWithAJdkAndBuildahVerifiesWhatRuns() throws Exception {
        try (var platform = new Platform(directory.resolve("home"))) {
            var alice = new Developer(platform.site, directory.resolve("alice"), "alice", true).withExample("docs/examples/hello");
            alice.caution("init", "--name", "hello-alice");
            // The build itself looks for what a verifier may have in their pockets, and fails where it finds any of it.
            alice.replace("Containerfile", "RUN gcc-12", "RUN case \"$(export -p)\" in *planted*) exit 9 ;; esac; \\\n"
                    + "    for file in /home/*/.netrc /home/*/.docker/config.json /home/*/.ssh/id_ed25519 /home/stranger/agent; do \\\n"
                    + "      if [ -e \"$file\" ]; then exit 9; fi; done; \\\n    gcc-12");
            LiveApp live = LiveApp.of(alice.commit("Link the app").push());
            JsonNode known = new JsonMapper().readTree(alice.caution("verify", "--json").output());
            Path archive = directory.resolve("hello.tar.gz");
            alice.git("archive", "--prefix=hello-1.0/", "-o", archive.toString(), "HEAD");
            Path lock = Files.writeString(directory.resolve(EnclaveOsLock.FILE), platform.bean(EnclaveOsRelease.class).lock().format());
            List<String> stranger = List.of("tools/stranger-check", jar().toString(),
                    platform.site.home().resolve("simulated-root/root-certificate.pem").toString(), lock.toString(), archive.toString(),
                    live.attestationUrl());

            Result verified = run(stranger);
            Files.writeString(TRANSCRIPT, verified.output());
            assertThat(verified.exitCode()).as(verified.output()).isZero();
            assertThat(verified.output()).contains("✓ Attestation verification PASSED", "Reproducing build from source.tar, the archive",
                    known.at("/remote/pcr0").asString(), known.at("/remote/pcr1").asString(), known.at("/remote/pcr2").asString());

            Result without = run(Stream.concat(stranger.stream(), Stream.of("--rebuild-enclaveos")).toList());
            assertThat(without.exitCode()).as("there is nothing to build EnclaveOS with: " + without.output()).isEqualTo(6);
        }
    }

    private static Path jar() {
        Path jar = Path.of("target", "caution.jar");
        assertThat(jar).as("what people run").isRegularFile();
        return jar;
    }

    private static Result run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(new ArrayList<>(command)).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return new Result(process.exitValue(), output);
    }
}
