package co.caution.enclaveos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import co.caution.packages.PackageHome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Year;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The lock that this user's cache has, built again where everything else is other: each build is a whole one, from a bundle,
 * without a network. Some six minutes each on two idle cores.
 */
@Tag("full")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HermeticBuildIT {

    @TempDir
    static Path directory;

    private EnclaveOsLock lock;

    @BeforeAll
    void aReleaseIsBuiltAndItsInputsAreInABundle() throws Exception {
        String named = System.getenv("CAUTION_WORKDIR");
        Path user = named != null ? Path.of(named) : Path.of(System.getProperty("user.home"), ".cache", "caution");
        PackageHome home = new PackageHome(user);
        lock = new EnclaveOsBuilder(user.resolve("enclaveos"), home, sources(), KnownLocks.shippedLock().orElse(null))
                .build(BuildProgress.SILENT)
                .lock();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        new EnclaveOsBundle(home).write(lock, directory.resolve("bundle"));
        Files.setPosixFilePermissions(directory.resolve("bundle"), PosixFilePermissions.fromString("rw-r--r--"));
        copyWhatRuns();
    }

    /** Another user may not look into this one's home. */
    private void copyWhatRuns() throws Exception {
        List<String> needed = Stream.of(System.getProperty("java.class.path").split(":"))
                .filter(path -> path.matches(".*/(target/(test-)?classes/?|(commons-(compress|io|codec|lang3)|xz|jspecify)-[^/]*\\.jar)"))
                .toList();
        run(List.of("sh", "-c", """
                mkdir "$0/run" && cp -r "$1" "$0/run/enclaveos" && shift
                for path; do cp -r "$path" "$0/run/"; done
                chmod -R a+rX "$0/run"
                """, directory.toString(), Path.of("enclaveos").toAbsolutePath().toString()), needed, Map.of());
    }

    @Test
    void anotherUserWithAnotherUmaskZoneLanguageHostNameAndClockBuildsTheSame() throws Exception {
        Path cache = Files.createDirectories(directory.resolve("another place/and deeper"));
        var words = new ArrayList<>(List.of("unshare", "--net", "--uts", "sh", "-c", "hostname elsewhere; umask 077; exec \"$@\"", "sh"));
        if (isRoot()) {
            Files.setAttribute(cache, "unix:uid", 65534);
            words.addAll(List.of("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"));
        } else {
            words.addAll(1, List.of("--user", "--map-root-user"));
        }
        Built built = run(words, java(cache, "clock"), Map.of("TZ", "Asia/Kathmandu", "LANG", "tr_TR.UTF-8", "LC_ALL", "", "USER", "somebody",
                "CC", "false", "CFLAGS", "-O0", "KBUILD_BUILD_USER", "somebody", "GOFLAGS", "-race", "GOAMD64", "v3"));
        assertThat(built.said()).contains("the year is " + Year.now().plusYears(9));
        assertThat(built.lock()).isEqualTo(lock.format());
    }

    @Test
    void anotherDistributionBuildsTheSame() throws Exception {
        assumeTrue(isRoot(), "making another distribution's root file system takes root");
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/debootstrap")), "debootstrap is not installed: apt-get install debootstrap");
        Path other = directory.resolve("other");
        String make = """
                uri=$(apt-get indextargets --format '$(SITE) $(ORIGIN)' | awk '$2 == "Debian" { print $1; exit }')
                exec debootstrap --variant=minbase trixie "$1" "$uri"
                """;
        run(List.of("sh", "-c", make, "sh", other.toString()), List.of(), Map.of());
        Path cache = Files.createDirectories(directory.resolve("there"));
        // Of this machine: Java, our classes, the bundle. Its programs and libraries are the other's.
        String enter = """
                root=$1
                shift
                mount --bind "$root" "$root"
                for dir in "$JAVA" "$PLACE"; do
                  mkdir -p "$root$dir"
                  mount --rbind "$dir" "$root$dir"
                done
                mount --rbind /dev "$root/dev"
                mount -t proc proc "$root/proc"
                cd "$root"
                mkdir old
                pivot_root . old # in a mere chroot the kernel allows no user namespace
                exec chroot . sh -c 'umount -l /old && exec "$@"' sh "$@"
                """;
        var words = new ArrayList<>(List.of("unshare", "--mount", "--net", "--pid", "--fork", "sh", "-c", enter, "sh", other.toString()));
        Built built = run(
                words, java(cache), Map.of("JAVA", System.getProperty("java.home"), "PLACE", directory.toString()));
        assertThat(built.lock()).isEqualTo(lock.format());
    }

    private List<String> java(Path cache, String... more) {
        Path run = directory.resolve("run");
        var words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", run + "/classes:" + run + "/test-classes:" + run + "/*",
                BuildElsewhere.class.getName(), cache.toString(), directory.resolve("bundle").toString(),
                run.resolve("enclaveos").toString()));
        words.addAll(List.of(more));
        return words;
    }

    private record Built(String lock, String said) {}

    private Built run(List<String> first, List<String> then, Map<String, String> environment) throws Exception {
        var words = new ArrayList<>(first);
        words.addAll(then);
        Path out = Files.createTempFile(directory, "lock", "");
        Path said = Files.createTempFile(directory, "said", "");
        ProcessBuilder builder = new ProcessBuilder(words).redirectOutput(out.toFile()).redirectError(said.toFile());
        builder.environment().putAll(environment);
        int code = builder.start().waitFor();
        String text = Files.readString(said, StandardCharsets.ISO_8859_1);
        assertThat(code).as(text.substring(Math.max(0, text.length() - 3000))).isZero();
        return new Built(Files.readString(out, StandardCharsets.ISO_8859_1), text);
    }

    private static EnclaveOsSources sources() throws Exception {
        return EnclaveOsSources.in(Path.of("enclaveos"));
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }
}
