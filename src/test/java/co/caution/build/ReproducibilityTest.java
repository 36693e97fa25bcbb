package co.caution.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The product: whoever builds, where and when, the same commit gives the same measurements. */
class ReproducibilityTest {

    @TempDir
    Path directory;

    @Test
    void twoHomesWithColdCachesMeasureTheSame() throws Exception {
        ContainerBuilds.assumePossible();

        String one = build("one", "022", Map.of("TZ", "UTC", "LC_ALL", "C.UTF-8"));
        String two = build("a/longer path/two", "077", Map.of("TZ", "Asia/Kathmandu", "LC_ALL", "C", "USER", "x"));

        assertThat(one).contains("pcr0=", "pcr1=", "pcr2=").isEqualTo(two);
    }

    private String build(String home, String umask, Map<String, String> environment) throws Exception {
        Path at = Files.createDirectories(directory.resolve(home));
        var builder = new ProcessBuilder(List.of(
                "sh",
                "-c",
                "umask \"$1\"; shift; exec \"$@\"",
                "sh",
                umask,
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                BuildOnce.class.getName(),
                at.toString(),
                ContainerBuilds.HELLO.toString()));
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().filter(line -> line.startsWith("Measurements")).findFirst().orElse(output);
    }

    /** A process of its own, since a JVM cannot change its umask. */
    static final class BuildOnce {

        private BuildOnce() {}

        public static void main(String[] arguments) throws Exception {
            Path home = Path.of(arguments[0]);
            TestSource source = TestSource.of(Path.of(arguments[1]));
            var pipeline = new Pipeline(
                    new BuildHome(home.resolve("home")), TestEnclaveOs.in(home.resolve("os")), BuildLimits.defaults());
            System.out.println(pipeline.build(
                            source.repository, source.commit(), home.resolve("stage"), BuildListener.SILENT)
                    .measurements());
        }
    }
}
