package co.caution.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A control group of one build.
 *
 * @param directories one in each hierarchy, memory's first; a single one in version 2
 */
record ControlGroup(List<Path> directories) {

    void create() throws IOException {
        for (Path directory : directories) {
            Files.createDirectory(directory);
        }
    }

    Path memory() {
        return directories.getFirst();
    }

    /** Whether the kernel has ended a process of the group because the group had no memory left. */
    boolean ranOutOfMemory() throws IOException {
        return count("memory.events", "oom_kill") + count("memory.oom_control", "oom_kill") > 0;
    }

    /** Whether a process of the group was refused another one. */
    boolean ranOutOfProcesses() throws IOException {
        return count("pids.events", "max") > 0;
    }

    private long count(String file, String key) throws IOException {
        for (Path directory : directories) {
            Path path = directory.resolve(file);
            if (Files.exists(path)) {
                for (String line : Files.readAllLines(path)) {
                    if (line.startsWith(key + " ")) {
                        return Long.parseLong(line.substring(key.length() + 1).strip());
                    }
                }
            }
        }
        return 0;
    }

    /** Only while no process is in it. */
    void remove() throws IOException {
        for (Path directory : directories) {
            Files.deleteIfExists(directory);
        }
    }
}
