package co.caution.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        assertThat(work).isEmptyDirectory();
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

    @ParameterizedTest
    @EnumSource
    void aFailureWithinTheLimitsIsNotTheirs(Guard guard) throws Exception {
        assertThat(run(guard, LIMITS, "sh", "-c", "kill -KILL $$")).isEqualTo(137);
    }
}
