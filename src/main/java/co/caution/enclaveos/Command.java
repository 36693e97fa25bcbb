package co.caution.enclaveos;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Runs a tool in an environment that holds what is given and nothing of ours. Its children die with it when the thread
 * is interrupted.
 */
final class Command {

    private static final int KEPT_LINES = 40;

    private final List<String> named;
    private final List<String> words;
    private final Path directory;
    private final Map<String, String> environment;

    Command(Path directory, Map<String, String> environment, String... words) {
        this(directory, environment, List.of(words), List.of(words));
    }

    /** @param named what to call it where it fails */
    Command(Path directory, Map<String, String> environment, List<String> named, List<String> words) {
        this.named = named;
        // What Java cannot set: a umask, and a process group of its own, which can be killed as one.
        this.words = new ArrayList<>(List.of("/bin/sh", "-c", "umask 022; exec setsid \"$@\"", "sh"));
        this.words.addAll(words);
        this.directory = directory;
        this.environment = environment;
    }

    /**
     * @param line hears each line of output and errors, from another thread
     * @throws EnclaveOsBuildException with the last lines where the tool fails
     * @throws InterruptedException after the tool and its children were killed
     */
    void run(Consumer<String> line) throws IOException, InterruptedException {
        Deque<String> last = new ArrayDeque<>();
        Process process = start();
        Thread reader = Thread.ofPlatform().daemon().start(() -> read(process, text -> {
            synchronized (last) {
                last.addLast(text);
                if (last.size() > KEPT_LINES) {
                    last.removeFirst();
                }
            }
            line.accept(text);
        }));
        // Ctrl-C ends us, not the group; then nobody would hear what the tool still says.
        Thread hook = new Thread(() -> kill(process));
        Runtime.getRuntime().addShutdownHook(hook);
        int code;
        try {
            code = process.waitFor();
            reader.join();
        } catch (InterruptedException e) {
            kill(process);
            throw e;
        } finally {
            forget(hook);
        }
        if (code != 0) {
            synchronized (last) {
                throw new EnclaveOsBuildException(
                        String.join(" ", named) + " failed with " + code + ":\n"
                                + String.join("\n", last));
            }
        }
    }

    /** What a quick tool prints. */
    String output() throws IOException, InterruptedException {
        StringBuffer text = new StringBuffer();
        run(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private Process start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(words).directory(directory.toFile()).redirectErrorStream(true);
        builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static void read(Process process, Consumer<String> line) {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String text; (text = reader.readLine()) != null; ) {
                line.accept(text);
            }
        } catch (IOException e) {
            if (process.isAlive()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // we are ending, so it runs
        }
    }

    /** Kills the group and waits a little until it is gone, so that what it was writing can be deleted. (dash's kill has no {@code --}.) */
    private static void kill(Process process) {
        String script = "kill -KILL \"-$1\"; i=0;"
                + " while kill -0 \"-$1\" && [ $i -lt 50 ]; do sleep 0.02; i=$((i + 1)); done";
        try {
            new ProcessBuilder("/bin/sh", "-c", script, "sh", Long.toString(process.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .onExit()
                    .join();
        } catch (IOException e) {
            process.destroyForcibly();
        }
    }
}
