package co.caution.enclaveos;

import co.caution.packages.Durable;
import co.caution.packages.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Go toolchains as modules ({@code golang.org/toolchain}, see <a href="https://go.dev/doc/toolchain">go.dev/doc/toolchain</a>),
 * brought by any Go that this machine has from wherever its settings say, and kept by SHA-256.
 */
final class GoToolchain {

    private static final String MODULE = "golang.org/toolchain";
    private static final Pattern OFFERED = Pattern.compile("v0\\.0\\.1-(go1\\.\\d+\\.\\d+)\\.linux-amd64");
    private static final Pattern ZIP = Pattern.compile("\"Zip\": \"([^\"]+)\"");
    private static final List<Path> PLACES =
            List.of(Path.of("/usr/local/go/bin/go"), Path.of("/usr/lib/go/bin/go"), Path.of("/usr/bin/go"));

    /** What a fetching Go may have from this user: settings of where to fetch from. */
    private static final Pattern INHERITED =
            Pattern.compile("HOME|GOPROXY|GO(NO|NOSUM)?(PROXY|SUMDB|DB)|GOPRIVATE|GOINSECURE|GOAUTH|GOENV|(?i:https?_proxy|no_proxy)|SSL_CERT_.*");

    private final Path store;

    /** @param store a directory of zips by their SHA-256 */
    GoToolchain(Path store) {
        this.store = store;
    }

    Path file(String sha256) {
        return store.resolve(sha256 + ".zip");
    }

    /**
     * The zip of a version, from the store or fetched.
     *
     * @param sha256 that it must have
     * @return nothing where it cannot be had, or only with another hash
     */
    Optional<Path> fetch(String version, String sha256, Path work) throws IOException, InterruptedException {
        if (!Files.exists(file(sha256))) {
            try {
                if (!fetch(version, work).equals(sha256)) {
                    return Optional.empty();
                }
            } catch (EnclaveOsBuildException e) {
                return Optional.empty();
            }
        }
        if (!Sha256.of(file(sha256)).equals(sha256)) {
            Files.delete(file(sha256));
            throw new EnclaveOsBuildException("the cached Go toolchain was damaged and has been removed; build again");
        }
        return Optional.of(file(sha256));
    }

    /** Fetches a version into the store, whatever its hash; returns that. */
    String fetch(String version, Path work) throws IOException, InterruptedException {
        Path modules = Files.createDirectories(work.resolve("modules"));
        Matcher zip = ZIP.matcher(go(modules, "mod", "download", "-json", MODULE + "@v0.0.1-" + version + ".linux-amd64"));
        if (!zip.find()) {
            throw new EnclaveOsBuildException("go did not say where it put " + version);
        }
        Path fetched = Path.of(zip.group(1));
        String sha256 = Sha256.of(fetched);
        Files.createDirectories(store);
        Durable.move(fetched, file(sha256));
        BuildCache.delete(modules);
        return sha256;
    }

    /**
     * The newest patch release on offer.
     *
     * @param series such as {@code go1.26}
     */
    String newest(String series, Path work) throws IOException, InterruptedException {
        String offered = go(work, "list", "-m", "-versions", MODULE);
        return OFFERED.matcher(offered)
                .results()
                .map(match -> match.group(1))
                .filter(version -> version.startsWith(series + "."))
                .max(Comparator.comparingInt(version -> Integer.parseInt(version.substring(series.length() + 1))))
                .orElseThrow(() -> new EnclaveOsBuildException("no " + series + " toolchain is offered by the module proxy"
                        + " that `go env GOPROXY` names"));
    }

    private static String go(Path modules, String... arguments) throws IOException, InterruptedException {
        Path go = program().orElseThrow(() -> new EnclaveOsBuildException("fetching the Go toolchain needs any Go from 1.21 on,"
                + " which this machine has not: apt-get install -t bookworm-backports golang-go; or bring all inputs with"
                + " `caution enclaveos bundle import`"));
        Map<String, String> environment = new HashMap<>();
        System.getenv().forEach((name, value) -> {
            if (INHERITED.matcher(name).matches()) {
                environment.put(name, value);
            }
        });
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("GOTOOLCHAIN", "local");
        environment.put("GOFLAGS", "-modcacherw");
        environment.put("GOMODCACHE", modules.toString());
        String[] words = Stream.concat(Stream.of(go.toString()), Stream.of(arguments)).toArray(String[]::new);
        return new Command(modules, environment, words).output();
    }

    static Optional<Path> program() {
        String path = System.getenv("PATH");
        Stream<Path> onPath = path == null
                ? Stream.of()
                : Stream.of(path.split(":")).filter(dir -> dir.startsWith("/")).map(dir -> Path.of(dir, "go"));
        return Stream.concat(onPath, PLACES.stream()).filter(Files::isExecutable).findFirst();
    }

    /**
     * Unpacks a toolchain's zip as Go itself would: module zips hold no modes, and no file {@code go.mod} below the
     * first.
     */
    static void unpack(Path zip, Path to) throws IOException {
        try (var in = new ZipInputStream(Files.newInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                String name = entry.getName();
                int module = name.indexOf(".linux-amd64/");
                if (!name.startsWith(MODULE + "@") || module < 0) {
                    throw new EnclaveOsBuildException("the Go toolchain's zip holds " + name + ", which is no part of it");
                }
                write(name.substring(module + ".linux-amd64/".length()), in, to);
            }
        }
    }

    private static void write(String name, InputStream content, Path to) throws IOException {
        Path file = to.resolve(name.equals("src/_go.mod") ? "src/go.mod" : name).normalize();
        if (!file.startsWith(to)) {
            throw new EnclaveOsBuildException("the Go toolchain's zip holds " + name + ", which leads out of it");
        }
        Files.createDirectories(file.getParent());
        Files.copy(content, file);
        if (name.startsWith("bin/") || name.startsWith("pkg/tool/")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }
}
