package co.caution.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import co.caution.packages.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What runs in the sandbox ends at its limits, whoever holds it to them, and leaves nothing. */
class SandboxLimitsTest {

    enum Guard {
        CONTROL_GROUP,
        WATCHER;

        ControlGroups groups(Path directory) throws IOException {
            if (this == CONTROL_GROUP) {
                return ControlGroups.here();
            }
            Files.writeString(directory.resolve("mountinfo"), "");
            return new ControlGroups(directory);
        }
    }

    private static final BuildLimits LIMITS =
            BuildLimits.defaults().with(Duration.ofSeconds(30), Size.of("128MiB"), 100, Size.of("64MiB"), 2000L);

    @TempDir
    Path directory;

    private final List<String> lines = new ArrayList<>();
    private final AtomicReference<Path> groups = new AtomicReference<>();

    @BeforeEach
    void theMachineCanBuild() {
        ContainerBuilds.assumePossible();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        Path work = directory.resolve("work");
        if (Files.exists(work)) {
            assertThat(work).isEmptyDirectory();
        }
        assertThat(ContainerBuilds.processesNaming(work)).isEmpty();
        if (groups.get() != null) {
            assertThat(groups.get()).doesNotExist();
        }
    }

    private int run(Guard guard, BuildLimits limits, String... command) throws Exception {
        try (Work work = Work.open(new BuildHome(directory))) {
            Sandbox sandbox = Sandbox.open(work, Files.createDirectories(directory.resolve("source")), limits, guard.groups(directory));
            if (guard == Guard.CONTROL_GROUP) {
                assumeTrue(Files.exists(work.groups()), "not run, this user may make no control group on this machine");
                groups.set(Path.of(Files.readAllLines(work.groups()).getFirst()));
            }
            return sandbox.run(false, List.of(command), lines::add);
        }
    }

    private void requireOver(Guard guard, String message, String... command) {
        assertThatThrownBy(() -> run(guard, LIMITS, command))
                .isInstanceOfSatisfying(BuildException.class, e -> assertThat(e.phase()).isEqualTo("Building image"))
                .hasMessageStartingWith("the build " + message + " and was stopped; use less, or raise caution.build.");
    }

    @ParameterizedTest
    @EnumSource
    void memoryOfOneProcess(Guard guard) {
        requireOver(guard, "used more than 128 MiB of memory", "perl", "-e", "$x = 'x' x (300 << 20); sleep 60");
    }

    @ParameterizedTest
    @EnumSource
    void memoryOfManyProcesses(Guard guard) {
        requireOver(guard, "used more than 128 MiB of memory",
                "perl", "-e", "fork for 1..3; $x = 'x' x (40 << 20); sleep 60");
    }

    @ParameterizedTest
    @EnumSource
    void memoryInFilesThatHaveNoName(Guard guard) {
        // memfd_create(2)
        requireOver(guard, "used more than 128 MiB of memory",
                "perl", "-e", "$n = 'x'; open my $f, '>&=', syscall(319, $n, 0) or die; syswrite $f, 'x' x (1 << 20) for 1..300; sleep 60");
    }

    @ParameterizedTest
    @EnumSource
    void memoryInFileSystems(Guard guard) {
        requireOver(guard, "used more than 128 MiB of memory",
                "sh", "-c", "head -c 120M /dev/zero >/dev/shm/x; head -c 120M /dev/zero >/tmp/x; sleep 60");
    }

    @ParameterizedTest
    @EnumSource
    void memoryInSharedSegments(Guard guard) {
        requireOver(guard, "used more than 128 MiB of memory", "perl", "-e", """
                for (1..3) { $id = shmget(0, 60 << 20, 0600); shmwrite($id, 'x' x (1 << 20), $_ << 20, 1 << 20) for 0..59 }
                sleep 60""");
    }

    @ParameterizedTest
    @EnumSource
    void processesOfManyUsers(Guard guard) {
        // setuid(2): the kernel's own limit counts each user apart
        requireOver(guard, "ran more than 100 processes at once", "perl", "-e", """
                for $uid (1..5) { next if fork; $< = $> = $uid; for (1..60) { $pid = fork; exit 1 unless defined $pid; $pid or sleep 60 } sleep 60 }
                wait; exit 1""");
    }

    @ParameterizedTest
    @EnumSource
    void diskInOneFile(Guard guard) {
        requireOver(guard, "used more than 64 MiB of disk", "sh", "-c", "head -c 200M /dev/zero >x; sleep 60");
    }

    @Test
    void diskInAFileThatHasNoName() {
        requireOver(Guard.WATCHER, "used more than 64 MiB of disk",
                "sh", "-c", "exec 9>x; rm x; head -c 200M /dev/zero >&9; sleep 60");
    }

    @Test
    void diskInManySmallFiles() {
        requireOver(Guard.WATCHER, "had more than 2000 files",
                "perl", "-e", "for (1..5000) { open F, '>', $_ } sleep 60");
    }

    @Test
    void aSparseFileIsAsLargeAsItSays() throws Exception {
        int status = run(Guard.WATCHER, LIMITS, "sh", "-c", "truncate -s 5T x; echo status $?");

        assertThat(status).isZero();
        assertThat(lines).contains("File size limit exceeded", "status 153");
    }

    @Test
    void namesOfOneFileAreOneFile() throws Exception {
        assertThat(run(Guard.WATCHER, LIMITS, "perl", "-e",
                        "open F, '>', 0; print F 'x' x (1 << 20); close F; link 0, $_ for 1..1000; sleep 3"))
                .isZero();
    }

    /** A user who exists for the length of the test: nothing here may need root. */
    @Test
    void anOrdinaryUserHasTheSameLimits() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "not run: only root can become another user");
        Path home = Files.createDirectories(directory.resolve("other"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path classes = directory.resolve("classes");
        for (String from : List.of("target/classes", "target/test-classes")) {
            assertThat(Command.run(Path.of("").toAbsolutePath(), Duration.ofMinutes(1),
                    List.of("cp", "-rT", Path.of(from).toAbsolutePath().toString(), classes.toString())).status()).isZero();
        }
        Path etc = Files.createDirectories(directory.resolve("etc"));
        Files.writeString(etc.resolve("passwd"), Files.readString(Path.of("/etc/passwd")) + "otto:x:4243:4243::/nonexistent:/bin/sh\n");
        for (String file : List.of("subuid", "subgid")) {
            Files.writeString(etc.resolve(file), "otto:400000:65536\n");
        }

        Command.Result result = Command.run(directory, Duration.ofMinutes(2), List.of("unshare", "--mount", "sh", "-c", """
                etc=$1; home=$2; shift 2
                chown -R 4243:4243 "$home"
                for file in passwd subuid subgid; do [ -e /etc/$file ] || : >/etc/$file; mount --bind "$etc/$file" "/etc/$file"; done
                exec setpriv --reuid 4243 --regid 4243 --clear-groups -- "$@"
                """, "sh", etc.toString(), home.toString(), Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp", classes.toString(), AsUser.class.getName(), home.toString()));

        assertThat(result.output().lines()).containsExactly(
                "memory at most 128 MiB, 100 processes: watched twice a second, for want of a control group",
                "id: 0, status 0",
                "the build used more than 128 MiB of memory and was stopped; use less, or raise caution.build.memory (of caution build"
                        + " and verify: --build-memory)",
                "the build ran more than 100 processes at once and was stopped; use less, or raise caution.build.processes (of caution"
                        + " build and verify: --build-processes)",
                "the build used more than 64 MiB of disk and was stopped; use less, or raise caution.build.disk (of caution build and"
                        + " verify: --build-disk)",
                "left: []");
        assertThat(ContainerBuilds.processesNaming(home)).isEmpty();
    }

    /** What runs as that user; knows only what the JDK and this project bring. */
    static final class AsUser {

        private AsUser() {}

        public static void main(String[] arguments) throws Exception {
            Path home = Path.of(arguments[0]);
            for (String script : List.of(
                    "echo id: $(id -u), status $?",
                    "perl -e '$x = q(x) x (300 << 20); sleep 60'",
                    "perl -e 'for (1..150) { fork or sleep 60 } sleep 60'",
                    "mkdir hidden; head -c 200M /dev/zero >hidden/x; chmod 0 hidden; sleep 60")) {
                try (Work work = Work.open(new BuildHome(home))) {
                    Sandbox sandbox = Sandbox.open(work, Files.createDirectories(home.resolve("source")), LIMITS, ControlGroups.here());
                    if (script.startsWith("echo")) {
                        System.out.println(sandbox.guard());
                    }
                    sandbox.run(false, List.of("sh", "-c", script), line -> {
                        if (!line.equals("Killed")) {
                            System.out.println(line);
                        }
                    });
                } catch (BuildException e) {
                    System.out.println(e.getMessage());
                }
            }
            try (var left = Files.list(home.resolve("work"))) {
                System.out.println("left: " + left.toList());
            }
        }
    }

    /** Keys of the session that started the service, or of a person who verifies: a Kerberos ticket, say. */
    @Test
    void itHasNoKeyOfWhoeverStartedIt() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/keys")), "not run, this kernel keeps no keys");
        String find = "$t = 'user'; $n = 'caution-test'; print 'key: ', syscall(250, 10, -3, $t, $n, 0) > 0 ? 'found' : 'none', qq(\\n);";
        try (Work work = Work.open(new BuildHome(directory))) {
            String source = Files.createDirectories(directory.resolve("source")).toString();
            // Not from a pipe of Java's: the lifeline must stay open. Nor may what holds it hold the output, too.
            Command.Result result = Command.run(directory, Duration.ofSeconds(30), List.of("perl", "-e", """
                    syscall(250, 1, 0) >= 0 or die "join: $!";
                    $t = 'user'; $n = 'caution-test'; $v = 'secret';
                    syscall(248, $t, $n, $v, 6, -3) > 0 or die "add: $!";
                    system('perl', '-e', $ARGV[0]);
                    shift;
                    open STDIN, '-|', 'sh', '-c', 'exec sleep 20 2>/dev/null';
                    exec @ARGV""", find,
                    "sh", work.script().toString(), "host", work.directory().toString(), source, work.bases().toString(), "off",
                    "65536", "2000", "0", "100", "1000000", "perl", "-e", find));

            assertThat(result.output().lines()).containsExactly("key: found", "key: none");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFailureWithinTheLimitsIsNotTheirs(Guard guard) throws Exception {
        assertThat(run(guard, LIMITS, "sh", "-c", "kill -KILL $$")).isEqualTo(137);
    }
}
