package co.caution.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a group would be made, on directories that look like a kernel's. */
class ControlGroupsTest {

    @TempDir
    Path directory;

    private ControlGroups groups(String cgroup, String... mounts) throws IOException {
        Files.writeString(directory.resolve("cgroup"), cgroup);
        Files.write(directory.resolve("mountinfo"), List.of(mounts));
        return new ControlGroups(directory);
    }

    private Path directory(String path) throws IOException {
        return Files.createDirectories(directory.resolve(path));
    }

    private String mount(String root, String path, String type) {
        return "31 23 0:28 " + root + " " + directory.resolve(path) + " rw,relatime shared:9 - cgroup" + type;
    }

    @Test
    void besideThisProcessInEachHierarchyOfVersionOne() throws Exception {
        Path memory = directory("memory/user/mine");
        Path pids = directory("pids");
        directory("cpu,cpuacct");
        ControlGroups groups = groups("5:memory:/user/mine\n4:pids:/\n3:cpu,cpuacct:/\n0::/\n",
                mount("/", "memory", " cgroup rw,memory"), mount("/", "pids", " cgroup rw,pids"),
                mount("/", "cpu,cpuacct", " cgroup rw,cpu,cpuacct"), mount("/", "unified", "2 cgroup2 rw"));

        assertThat(groups.parents(false)).containsExactly(memory, pids, directory.resolve("cpu,cpuacct"));
    }

    @Test
    void inAContainerPathsAreOfTheWholeHierarchy() throws Exception {
        Path memory = directory("memory/below");
        ControlGroups groups = groups("5:memory:/docker/abc/below\n", mount("/docker/abc", "memory", " cgroup rw,memory"));

        assertThat(groups.parents(false)).containsExactly(memory);
    }

    @Test
    void nearestAboveThatHandsMemoryOnInVersionTwo() throws Exception {
        Path slice = directory("unified/system.slice");
        Path service = directory("unified/system.slice/caution.service");
        Files.writeString(service.resolve("cgroup.controllers"), "cpu memory pids\n");
        Files.writeString(slice.resolve("cgroup.controllers"), "cpu memory pids\n");
        Files.writeString(slice.resolve("cgroup.subtree_control"), "cpu memory pids\n");
        // A group that holds processes refuses to hand anything on.
        Files.createDirectory(service.resolve("cgroup.subtree_control"));
        ControlGroups groups = groups("0::/system.slice/caution.service\n", mount("/", "unified", "2 cgroup2 rw"));

        assertThat(groups.parents(true)).containsExactly(slice);
    }

    @Test
    void noneWhereNobodyHandsMemoryOn() throws Exception {
        directory("unified/user.slice");
        ControlGroups groups = groups("0::/user.slice\n", mount("/", "unified", "2 cgroup2 rw"));

        assertThat(groups.parents(true)).isEmpty();
        assertThat(groups.parents(false)).isEmpty();
        assertThat(groups.make("x", BuildLimits.defaults(), directory.resolve("record"))).isEmpty();
        assertThat(directory.resolve("record")).doesNotExist();
    }

    @Test
    void whatTheKernelCountedIsRead() throws Exception {
        Path one = directory("v1");
        Files.writeString(one.resolve("memory.oom_control"), "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
        Path two = directory("v2");
        Files.writeString(two.resolve("memory.events"), "low 0\nhigh 0\nmax 3\noom 1\noom_kill 0\n");
        Files.writeString(two.resolve("pids.events"), "max 7\n");

        assertThat(new ControlGroup(List.of(one)).ranOutOfMemory()).isTrue();
        assertThat(new ControlGroup(List.of(one)).ranOutOfProcesses()).isFalse();
        assertThat(new ControlGroup(List.of(two)).ranOutOfMemory()).isFalse();
        assertThat(new ControlGroup(List.of(two)).ranOutOfProcesses()).isTrue();
    }
}
