package co.caution.e2e;

import co.caution.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Where a service keeps its things and how it is reached: ports that were free a moment ago. */
record Site(Path home, Path cache, int httpPort, int sshPort, int firstPort) {

    private static final int PORTS = 40;

    static Site of(Path home, Path cache) {
        int http = FreePorts.first(PORTS + 3);
        return new Site(home, cache, http, http + 1, http + 2);
    }

    String server() {
        return "http://localhost:" + httpPort;
    }

    int lastPort() {
        return firstPort + PORTS;
    }

    Map<String, Object> settings() {
        return Map.of(
                "caution.home", home.toString(),
                "caution.cache", cache.toString(),
                "caution.http-port", httpPort,
                "caution.ssh-port", sshPort,
                "caution.first-port", firstPort,
                "caution.last-port", lastPort());
    }

    /** What can be made anew comes from this user's cache, or the one that CAUTION_WORKDIR names. */
    static Path userCache() {
        String named = System.getenv("CAUTION_WORKDIR");
        return named != null ? Path.of(named) : Path.of(System.getProperty("user.home"), ".cache", "caution");
    }

    /** The same, but for the work directories of builds: what is left in there is this test's own doing. */
    static Path cacheOfItsOwn(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (String shared : List.of("enclaveos", "packages", "go-toolchains", "layers", "apt")) {
            Path original = Files.createDirectories(userCache().resolve(shared));
            Files.createSymbolicLink(directory.resolve(shared), original);
        }
        return directory;
    }

    /** Nothing is installed by tests; what is missing is named, and that fails the test: a skipped push proves nothing. */
    static void requirePrerequisites() throws IOException, InterruptedException {
        Process check = new ProcessBuilder("tools/prerequisites").redirectErrorStream(true).start();
        String said = new String(check.getInputStream().readAllBytes());
        if (!check.waitFor(60, TimeUnit.SECONDS) || check.exitValue() != 0) {
            throw new AssertionError(said.strip());
        }
    }
}
