package co.caution.build;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What tests need that really build containers. */
final class ContainerBuilds {

    static final Path HELLO = Path.of("docs/examples/hello");

    private ContainerBuilds() {}

    /** Skips the test, and says what would let it run. */
    static void assumePossible() {
        var missing = new ArrayList<String>();
        for (String[] tool : new String[][] {
            {"buildah", "buildah"}, {"unshare", "util-linux"}, {"setpriv", "util-linux"}, {"hostname", "hostname"},
            {"apt-get", "apt"}
        }) {
            if (!ImageBuilder.onPath(tool[0])) {
                missing.add(tool[0] + " (apt-get install " + tool[1] + ")");
            }
        }
        assumeTrue(missing.isEmpty(), () -> "not run, this machine lacks: " + String.join(", ", missing));
    }

    /** Kept between runs, so that packages are fetched once; the tests that need cold caches use their own. */
    static BuildHome home() {
        return new BuildHome(Path.of("target/build-home"));
    }

    /** A source on the example's compiler, built in its first stage. */
    static TestSource source(String containerfile) throws IOException {
        return new TestSource()
                .file("Procfile", "build: docker build .\nrun: /app\n")
                .file("packages/toolchain.lock", Files.readString(HELLO.resolve("packages/toolchain.lock")))
                .file("Containerfile", containerfile);
    }

    /** Processes of this machine whose command line names the directory. */
    static List<String> processesNaming(Path directory) throws IOException {
        var found = new ArrayList<String>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                try {
                    String line = Files.readString(process.resolve("cmdline")).replace('\0', ' ');
                    if (line.contains(directory.toString())) {
                        found.add(line);
                    }
                } catch (IOException e) {
                    // ended meanwhile
                }
            }
        }
        return found;
    }
}
