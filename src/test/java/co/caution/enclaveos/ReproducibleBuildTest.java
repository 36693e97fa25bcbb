package co.caution.enclaveos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReproducibleBuildTest {

    @TempDir
    Path directory;

    @Test
    void theSurroundingsOfABuildAreNotInItsBytes() throws Exception {
        assumeTrue(Toolchain.go() != null, "Go is not installed: apt-get install golang-go");
        List<String> here = build("a", "022", Map.of("TZ", "UTC", "LANG", "C"));
        List<String> there = build(
                "another/and deeper",
                "077",
                Map.of("TZ", "Asia/Kathmandu", "LANG", "tr_TR.UTF-8", "USER", "somebody", "GOFLAGS", "-race",
                        "GOAMD64", "v3", "CGO_ENABLED", "1", "SOURCE_DATE_EPOCH", "99"));
        assertThat(here).hasSize(3).doesNotHaveDuplicates();
        assertThat(there).isEqualTo(here);
    }

    /** Builds in a process of its own, because a umask and a time zone are a process's. */
    private List<String> build(String name, String umask, Map<String, String> environment) throws Exception {
        Path place = Files.createDirectories(directory.resolve(name));
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        ProcessBuilder builder = new ProcessBuilder(
                "/bin/sh", "-c", "umask " + umask + "; exec \"$@\"", "sh", java.toString(), "-cp",
                System.getProperty("java.class.path"), BuildPrograms.class.getName(), place.resolve("cache").toString(),
                Path.of("enclaveos").toAbsolutePath().toString());
        builder.directory(place.toFile()).redirectErrorStream(true).environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().filter(line -> line.matches("[0-9a-f]{64}")).toList();
    }
}
