package co.caution.enclaveos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Builds a Go module of ours into one static program. */
final class GoBuild {

    private static final Map<String, String> ENVIRONMENT = new HashMap<>();

    static {
        ENVIRONMENT.putAll(Map.of(
                "HOME", "/tmp",
                "LC_ALL", "C",
                "TZ", "UTC",
                "GOROOT", "/go",
                "GOPATH", "/tmp/go",
                "GOCACHE", "/cache"));
        ENVIRONMENT.putAll(Map.of(
                "GOENV", "off",
                "GOFLAGS", "",
                "GOPROXY", "off",
                "GOTOOLCHAIN", "local",
                "GOTELEMETRY", "off",
                "GOWORK", "off"));
        ENVIRONMENT.putAll(Map.of(
                "GOOS", "linux",
                "GOARCH", "amd64",
                "GOAMD64", "v1",
                "GOEXPERIMENT", "",
                "CGO_ENABLED", "0"));
    }

    private GoBuild() {}

    /**
     * @param toolchain the unpacked Go toolchain
     * @param cache a directory that keeps what this toolchain compiled between builds
     * @param work an empty directory
     */
    static void build(EnclaveOsSources sources, String module, Path toolchain, Path cache, Path work, Path program)
            throws IOException, InterruptedException {
        Path tree = Files.createDirectory(work.resolve("sources"));
        sources.copy(module, tree);
        Path root = Files.createDirectory(work.resolve("root")); // nothing in it: Go's tools are static
        Sandbox.prepare(root);
        new Sandbox(root, work)
                .readOnly(toolchain, "/go")
                .writable(tree, "/build")
                .writable(Files.createDirectories(cache), "/cache")
                .run(ENVIRONMENT, line -> {}, "/go/bin/go", "build", "-C", "/build/" + module, "-trimpath",
                        "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", "/build/program", ".");
        Files.copy(tree.resolve("program"), program);
    }
}
