package co.caution.enclaveos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Builds a Go module of ours into one static program, by the toolchain that it pins. */
final class GoBuild {

    /** What may come from the user's environment: only where to fetch a toolchain, whose bytes the checksum database vouches for. */
    private static final List<String> FETCHING =
            List.of("GOPROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE");

    private GoBuild() {}

    /**
     * @param home a directory that keeps the compiler's cache and fetched toolchains between builds
     * @param work an empty directory
     */
    static void build(EnclaveOsSources sources, String module, Path home, Path work, Path program)
            throws IOException, InterruptedException {
        Path go = Toolchain.go();
        if (go == null) {
            throw new EnclaveOsBuildException("no Go to build enclaveos/" + module + " with");
        }
        sources.copy(module, work);
        Files.createDirectories(home);
        new Command(
                        work.resolve(module),
                        environment(sources.toolchain(module), home),
                        go.toString(), "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=",
                        "-o", program.toString(), ".")
                .run(line -> {});
    }

    private static Map<String, String> environment(String toolchain, Path home) {
        Map<String, String> environment = new HashMap<>();
        for (String name : FETCHING) {
            String value = System.getenv(name);
            if (value != null) {
                environment.put(name, value);
            }
        }
        environment.putAll(Map.of(
                "PATH", Toolchain.PATH,
                "HOME", home.toString(),
                "LC_ALL", "C",
                "TZ", "UTC",
                "GOENV", "off",
                "GOFLAGS", "-modcacherw",
                "GOPATH", home.resolve("path").toString(),
                "GOCACHE", home.resolve("cache").toString()));
        environment.putAll(Map.of(
                "GOTOOLCHAIN", toolchain,
                "GOOS", "linux",
                "GOARCH", "amd64",
                "GOAMD64", "v1",
                "GOWORK", "off",
                "GOEXPERIMENT", "",
                "CGO_ENABLED", "0"));
        return environment;
    }
}
