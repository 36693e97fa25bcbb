package co.caution;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program of PostgreSQL at work. It holds our end of its standard input as a lifeline: when this service dies, however
 * it dies, the database stops in good order.
 */
final class PostgresProcess {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresProcess.class);
    /**
     * SIGINT is PostgreSQL's fast shutdown: clients are sent away, everything is written down. Signals that a whole group
     * gets, as when a supervisor stops it, are not for this script: the service still has things to record.
     */
    private static final String LIFELINE = """
            trap '' TERM INT HUP
            exec 3<&0 </dev/null
            "$@" 3<&- &
            postgres=$!
            { cat <&3; kill -INT "$postgres"; } >/dev/null 2>&1 &
            exec 3<&-
            wait "$postgres"
            """;
    private static final long STOP_SECONDS = 30;

    private final Process process;
    private volatile @Nullable String lastLine;

    private PostgresProcess(Process process) {
        this.process = process;
        Thread.ofPlatform().daemon().name("postgres-output").start(this::read);
    }

    static PostgresProcess start(Path binaries, List<String> words) throws IOException {
        // A session of its own: Ctrl-C in the service's terminal is the service's to act on.
        var command = new ArrayList<>(List.of("setsid", "sh", "-c", LIFELINE, "postgres"));
        command.addAll(command(binaries, words));
        return new PostgresProcess(builder(command).start());
    }

    /** Runs {@code initdb} and the like to its end. */
    static void run(Path binaries, List<String> words) throws IOException, InterruptedException {
        Process process = builder(command(binaries, words)).start();
        String said = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException("PostgreSQL's " + words.getFirst() + " failed: " + said.strip());
        }
    }

    /** PostgreSQL refuses to run as root: there, a namespace makes it nobody who owns the same files. */
    private static List<String> command(Path binaries, List<String> words) {
        var command = new ArrayList<String>();
        if ("root".equals(System.getProperty("user.name"))) {
            command.addAll(List.of("unshare", "--user"));
        }
        command.add(binaries.resolve("bin").resolve(words.getFirst()).toString());
        command.addAll(words.subList(1, words.size()));
        return command;
    }

    private static ProcessBuilder builder(List<String> command) {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().retainAll(Set.of("PATH", "TZ")); // the service's may hold secrets
        builder.environment().put("LC_ALL", "C.UTF-8"); // one that is not there would stop initdb
        return builder;
    }

    CompletableFuture<Process> ended() {
        return process.onExit();
    }

    boolean alive() {
        return process.isAlive();
    }

    /** The last thing that it said, which names the cause when it ended on its own. */
    String lastLine() {
        String line = lastLine;
        return line == null ? "it said nothing" : line;
    }

    void stop() throws IOException {
        process.getOutputStream().close(); // the lifeline
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("the database did not stop within {} s and is ended", STOP_SECONDS);
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends what a killed service left, so that no two ever work on the same files. */
    static void endLeftovers(Path binaries) throws IOException, InterruptedException {
        List<ProcessHandle> left = of(binaries);
        if (!left.isEmpty()) {
            LOG.warn("ending what is left of a database that was killed, or whose service was ({} processes)", left.size());
        }
        left.forEach(ProcessHandle::destroy);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
        while (!left.isEmpty()) {
            if (System.nanoTime() > deadline) {
                left.forEach(ProcessHandle::destroyForcibly);
            }
            Thread.sleep(50);
            left = of(binaries);
        }
    }

    static List<ProcessHandle> of(Path binaries) throws IOException {
        if (!Files.exists(binaries)) {
            return List.of();
        }
        String real = binaries.toRealPath() + "/"; // as the kernel names programs, whatever links lead there
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.filter(process -> process.info().command().orElse("").startsWith(real)).toList();
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                lastLine = line;
                LOG.debug("postgres: {}", line);
            }
        } catch (IOException e) {
            LOG.debug("the database's output ended: {}", e.getMessage());
        }
    }
}
