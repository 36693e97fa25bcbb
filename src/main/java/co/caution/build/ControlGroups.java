package co.caution.build;

import co.caution.packages.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where control groups can be made: next to this process in the hierarchies of version 1, in the nearest group above it
 * that hands memory on in version 2. Sources: cgroups(7), the kernel's admin-guide/cgroup-v2 and cgroup-v1.
 */
final class ControlGroups {

    /**
     * Whoever waits for an answer of the service goes before a build: all of a build counts as one process, in version 1
     * where the service's processes stand beside its group one by one, and as half a group in version 2.
     */
    private static final String SHARES_V1 = "1024";
    private static final String WEIGHT_V2 = "50";
    private static final Duration PROBE = Duration.ofSeconds(5);

    private record Mount(Path point, String root, String type, Set<String> options) {}

    private final Path proc;

    ControlGroups(Path proc) {
        this.proc = proc;
    }

    /** Those of this process. */
    static ControlGroups here() {
        return new ControlGroups(Path.of("/proc/self"));
    }

    /**
     * A group whose memory and processes are limited; empty where this user cannot have one.
     *
     * @param name of the new group, unlike any other's
     * @param record a file that names the group's directories, one a line, before they are made
     */
    Optional<ControlGroup> make(String name, BuildLimits limits, Path record) throws IOException, InterruptedException {
        for (boolean second : new boolean[] {false, true}) {
            List<Path> parents = parents(second);
            if (parents.isEmpty()) {
                continue;
            }
            var group = new ControlGroup(parents.stream().map(parent -> parent.resolve(name)).toList());
            Files.write(record, group.directories().stream().map(Path::toString).toList());
            try {
                group.create();
                if (second) {
                    limitV2(group.memory(), limits);
                } else {
                    limitV1(group, limits);
                }
                if (joins(group)) {
                    return Optional.of(group);
                }
            } catch (IOException e) {
                // Not ours to make; what was made of it goes.
            }
            group.remove();
        }
        Files.deleteIfExists(record);
        return Optional.empty();
    }

    /** The groups below which one would be made, memory's first; empty if there are none. */
    List<Path> parents(boolean second) throws IOException {
        List<Mount> mounts = mounts();
        return second ? unified(mounts) : separate(mounts);
    }

    private static void limitV1(ControlGroup group, BuildLimits limits) throws IOException {
        for (Path directory : group.directories()) {
            write(directory.resolve("memory.limit_in_bytes"), limits.memory().bytes());
            write(directory.resolve("memory.memsw.limit_in_bytes"), limits.memory().bytes());
            write(directory.resolve("pids.max"), limits.processes());
            write(directory.resolve("cpu.shares"), SHARES_V1);
        }
    }

    private static void limitV2(Path directory, BuildLimits limits) throws IOException {
        write(directory.resolve("memory.max"), limits.memory().bytes());
        write(directory.resolve("memory.swap.max"), 0);
        write(directory.resolve("memory.oom.group"), 1);
        write(directory.resolve("pids.max"), limits.processes());
        write(directory.resolve("cpu.weight"), WEIGHT_V2);
    }

    /** Which of these files there are hangs on the kernel and on what was handed down; memory's is always asked for. */
    private static void write(Path file, Object value) throws IOException {
        if (Files.exists(file)) {
            Files.writeString(file, value.toString());
        }
    }

    /** May make a group is one thing, may move a process into it another. */
    private static boolean joins(ControlGroup group) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("sh", "-c", "for group; do echo $$ >\"$group/cgroup.procs\" || exit; done", "sh"));
        group.directories().forEach(directory -> command.add(directory.toString()));
        return Command.run(Path.of("/"), PROBE, command).status() == 0;
    }

    /** This process's groups for memory, processes and CPU time; empty without memory's. */
    private List<Path> separate(List<Mount> mounts) throws IOException {
        var parents = new ArrayList<Path>();
        for (String controller : List.of("memory", "pids", "cpu")) {
            Path own = mounts.stream()
                    .filter(mount -> mount.type().equals("cgroup") && mount.options().contains(controller))
                    .findFirst()
                    .map(mount -> own(mount, controller))
                    .orElse(null);
            if (own != null && Files.isWritable(own)) {
                parents.add(own);
            } else if (controller.equals("memory")) {
                return List.of();
            }
        }
        return parents.stream().distinct().toList();
    }

    /** The nearest group at or above this process's that hands memory on, or can be made to. */
    private List<Path> unified(List<Mount> mounts) throws IOException {
        for (Mount mount : mounts) {
            Path own = mount.type().equals("cgroup2") ? own(mount, "") : null;
            for (Path at = own; at != null && at.startsWith(mount.point()); at = at.getParent()) {
                if (Files.isWritable(at) && handsOn(at)) {
                    return List.of(at);
                }
            }
        }
        return List.of();
    }

    private static boolean handsOn(Path group) throws IOException {
        Path control = group.resolve("cgroup.subtree_control");
        for (String controller : List.of("memory", "pids", "cpu")) {
            if (words(group.resolve("cgroup.controllers")).contains(controller) && !words(control).contains(controller)) {
                try {
                    Files.writeString(control, "+" + controller);
                } catch (IOException e) {
                    // It holds processes of its own, or belongs to somebody else.
                }
            }
        }
        return words(control).contains("memory");
    }

    private static Set<String> words(Path file) throws IOException {
        return Files.isRegularFile(file) ? Set.copyOf(List.of(Files.readString(file).strip().split("\\s+"))) : Set.of();
    }

    /**
     * The directory of this process's group.
     *
     * @param controller empty for version 2
     */
    private @Nullable Path own(Mount mount, String controller) {
        try {
            for (String line : Files.readAllLines(proc.resolve("cgroup"))) {
                String[] parts = line.split(":", 3);
                if (parts.length == 3 && List.of(parts[1].split(",")).contains(controller)) {
                    // A container sees a part of the hierarchy, and paths from the whole of it.
                    String path = mount.root().equals("/") || !parts[2].startsWith(mount.root())
                            ? parts[2]
                            : parts[2].substring(mount.root().length());
                    Path own = mount.point().resolve(path.replaceFirst("^/+", "")).normalize();
                    return own.startsWith(mount.point()) && Files.isDirectory(own) ? own : null;
                }
            }
        } catch (IOException e) {
            // No control groups in this kernel.
        }
        return null;
    }

    /** Source: proc_pid_mountinfo(5). */
    private List<Mount> mounts() throws IOException {
        var mounts = new ArrayList<Mount>();
        for (String line : Files.readAllLines(proc.resolve("mountinfo"))) {
            String[] halves = line.split(" - ", 2);
            String[] first = halves[0].split(" ");
            String[] second = halves.length < 2 ? new String[0] : halves[1].split(" ");
            if (first.length > 4 && second.length > 2 && second[0].startsWith("cgroup")) {
                mounts.add(new Mount(Path.of(first[4]), first[3], second[0], Set.copyOf(List.of(second[2].split(",")))));
            }
        }
        return mounts;
    }
}
