package co.caution.enclaveos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The programs that building needs, and what they are. */
final class Toolchain {

    /** Where Debian has them. The build sees no other directory. */
    static final String PATH = "/usr/bin:/bin";

    private static final List<Path> GO_PLACES =
            List.of(Path.of("/usr/local/go/bin/go"), Path.of("/usr/lib/go/bin/go"), Path.of("/usr/bin/go"));
    private static final Pattern GO_VERSION = Pattern.compile("go1\\.(\\d+)");

    /** The first Go that can hand over to the toolchain that a module pins. */
    private static final int OLDEST_GO = 21;

    /** Program to the Debian package that brings it. */
    private static final Map<String, String> KERNEL_TOOLS = new LinkedHashMap<>();

    static {
        KERNEL_TOOLS.put("make", "make");
        KERNEL_TOOLS.put("gcc", "gcc");
        KERNEL_TOOLS.put("ld", "binutils");
        KERNEL_TOOLS.put("flex", "flex");
        KERNEL_TOOLS.put("bison", "bison");
        KERNEL_TOOLS.put("bc", "bc");
        KERNEL_TOOLS.put("perl", "perl");
        KERNEL_TOOLS.put("tar", "tar");
        KERNEL_TOOLS.put("xz", "xz-utils");
        KERNEL_TOOLS.put("gzip", "gzip");
    }

    private Toolchain() {}

    /**
     * Looks for everything at once.
     *
     * @throws EnclaveOsBuildException naming all that is missing and the one command that brings it
     */
    static void check(Path linuxSource) throws IOException, InterruptedException {
        Set<String> missing = new TreeSet<>();
        Set<String> packages = new TreeSet<>();
        KERNEL_TOOLS.forEach((program, debian) -> {
            if (Stream.of(PATH.split(":")).noneMatch(dir -> Files.isExecutable(Path.of(dir, program)))) {
                missing.add(program);
                packages.add(debian);
            }
        });
        if (!Files.exists(Path.of("/usr/include/gelf.h"))) {
            missing.add("gelf.h");
            packages.add("libelf-dev");
        }
        if (!Files.exists(Path.of("/usr/include/stdio.h"))) {
            missing.add("the C library's headers");
            packages.add("libc6-dev");
        }
        if (!Files.isReadable(linuxSource)) {
            missing.add(linuxSource.toString());
            packages.add("linux-source-6.12");
        }
        if (go() == null) {
            missing.add("go (1." + OLDEST_GO + " or newer)");
            packages.add("golang-go");
        }
        if (!missing.isEmpty()) {
            throw new EnclaveOsBuildException("EnclaveOS cannot be built here: " + String.join(", ", missing)
                    + " missing. On Debian 12 with backports: apt-get install " + String.join(" ", packages));
        }
    }

    /** Any Go that is new enough: the compiler is the one that the module pins, which this one finds or fetches. */
    static @Nullable Path go() throws IOException, InterruptedException {
        for (Path candidate : Stream.concat(onPath(), GO_PLACES.stream()).toList()) {
            if (!Files.isExecutable(candidate)) {
                continue;
            }
            // Without a HOME it has nowhere to write its telemetry to.
            Map<String, String> environment = Map.of("PATH", PATH, "GOTOOLCHAIN", "local", "GOENV", "off");
            Matcher version = GO_VERSION.matcher(
                    new Command(Path.of("/"), environment, candidate.toString(), "version").output());
            if (version.find() && Integer.parseInt(version.group(1)) >= OLDEST_GO) {
                return candidate;
            }
        }
        return null;
    }

    private static Stream<Path> onPath() {
        String path = System.getenv("PATH");
        return path == null
                ? Stream.of()
                : Stream.of(path.split(":")).filter(dir -> dir.startsWith("/")).map(dir -> Path.of(dir, "go"));
    }

    /** What compiles and links the kernel, in the words that it uses itself. */
    static List<String> kernelVersions() throws IOException, InterruptedException {
        return List.of(firstLine("gcc"), firstLine("ld"));
    }

    private static String firstLine(String program) throws IOException, InterruptedException {
        Map<String, String> environment = Map.of("PATH", PATH, "LC_ALL", "C");
        return new Command(Path.of("/"), environment, program, "--version").output().lines().findFirst().orElse("");
    }
}
