package co.caution.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Whatever belongs to one service's directory: counted, by looking at the machine and not at what the service says.
 *
 * @param groups the control groups of builds that were at work
 */
record Remains(Path directory, Set<Path> groups) {

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** Within seconds of a kill: no process, no socket, no mount. */
    void nothingIsAlive() throws InterruptedException {
        await("processes", () -> processes(directory).stream().map(handle -> handle.pid() + " " + commandLine(handle.pid())).toList());
        await("sockets", () -> linesWith("/proc/net/unix"));
        await("mounts", () -> linesWith("/proc/mounts"));
    }

    /** After the next start: no file that only somebody who is gone could use. */
    void noFileIsLeft() throws IOException {
        var left = new TreeSet<String>();
        left.addAll(below(directory.resolve("cache/work"), 1, name -> true));
        left.addAll(below(directory.resolve("tmp"), 1, name -> !name.startsWith("hsperfdata")));
        left.addAll(below(directory.resolve("home"), 9, name -> name.endsWith(".new") || name.startsWith(".simulated-root")
                || name.endsWith(".lock") && !name.equals("enclaveos.lock") || name.startsWith("incoming") || name.startsWith("noz")));
        for (Path repository : directories(directory.resolve("home/repositories"))) {
            left.addAll(below(repository.resolve("refs/caution/builds"), 1, name -> true)); // pins
        }
        groups.stream().filter(Files::exists).map(Path::toString).forEach(left::add);
        assertThat(left).as("files that nobody needs").isEmpty();
    }

    /** A stopped service has no enclave's directory either. */
    void noEnclaveIsLeft() throws IOException {
        assertThat(below(directory.resolve("home/run"), 1, name -> true)).as("directories of enclaves").isEmpty();
    }

    /** Processes that name the directory: in their command, environment, mounts, working directory, program or open files. */
    static List<ProcessHandle> processes(Path directory) {
        long self = ProcessHandle.current().pid();
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.filter(handle -> handle.pid() != self && names(handle.pid(), directory.toString())).toList();
        }
    }

    /** The control groups of the builds that are at work, as their work directories name them. */
    static Set<Path> groups(Path cache) throws IOException {
        var groups = new TreeSet<Path>();
        for (Path work : directories(cache.resolve("work"))) {
            read(work.resolve("groups")).lines().map(Path::of).forEach(groups::add);
        }
        return groups;
    }

    static String commandLine(long pid) {
        return read(Path.of("/proc", "" + pid, "cmdline")).replace('\0', ' ').strip();
    }

    private static boolean names(long pid, String text) {
        Path proc = Path.of("/proc", "" + pid);
        // The last tells what lives in a sandbox: its file systems are parts of ours.
        for (String file : List.of("cmdline", "environ", "mountinfo")) {
            if (read(proc.resolve(file)).contains(text)) {
                return true;
            }
        }
        var links = new ArrayList<>(List.of(proc.resolve("cwd"), proc.resolve("exe"), proc.resolve("root")));
        try (Stream<Path> open = Files.list(proc.resolve("fd"))) {
            open.forEach(links::add);
        } catch (IOException | RuntimeException e) {
            // It has just ended.
        }
        return links.stream().anyMatch(link -> target(link).contains(text));
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private List<String> linesWith(String file) {
        return read(Path.of(file)).lines().filter(line -> line.contains(directory.toString())).toList();
    }

    private static List<Path> directories(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(root)) {
            return all.toList();
        }
    }

    private interface Name {
        boolean counts(String name);
    }

    private static List<String> below(Path root, int depth, Name name) throws IOException {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(root, depth)) {
            return all.filter(path -> !path.equals(root) && !path.toString().contains("/postgres/data/")
                            && !path.toString().contains("/eif-stage/") && name.counts(path.getFileName().toString()))
                    .filter(path -> Files.exists(path, LinkOption.NOFOLLOW_LINKS))
                    .map(Path::toString)
                    .toList();
        }
    }

    private static void await(String what, Supplier<List<String>> left) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!left.get().isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(50);
        }
        assertThat(left.get()).as(what + " that nobody owns").isEmpty();
    }
}
