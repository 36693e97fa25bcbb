package co.caution.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A command that is still at work: what it says is read as it comes, and signals can be sent to it and its children. */
final class Conversation {

    /** A line and when it came, in {@link System#nanoTime} terms. */
    record Line(long at, String text) {}

    private static final long LIMIT_SECONDS = 300;

    private final Process process;
    private final List<Line> lines = new ArrayList<>();
    private final CompletableFuture<Void> read;
    private final long began = System.nanoTime();

    Conversation(Process process) {
        this.process = process;
        this.read = CompletableFuture.runAsync(this::read, command -> Thread.ofVirtual().start(command));
    }

    private void read() {
        try (var reader = process.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                synchronized (lines) {
                    lines.add(new Line(System.nanoTime(), line));
                    lines.notifyAll();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            synchronized (lines) {
                lines.notifyAll();
            }
        }
    }

    /** Waits for a line that the pattern finds something in; fails when the command ends without it. */
    Matcher await(String pattern) throws InterruptedException {
        Pattern wanted = Pattern.compile(pattern);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        synchronized (lines) {
            for (int seen = 0; ; ) {
                for (; seen < lines.size(); seen++) {
                    Matcher match = wanted.matcher(lines.get(seen).text());
                    if (match.find()) {
                        return match;
                    }
                }
                if (read.isDone() || System.nanoTime() > deadline) {
                    throw new AssertionError("'" + pattern + "' was not said:\n" + text());
                }
                lines.wait(1_000);
            }
        }
    }

    /** To the command and all its children, as a terminal does with Ctrl-Z; or {@code KILL}, as nobody can catch. */
    Conversation signal(String name) throws IOException, InterruptedException {
        var pids = tree().map(p -> "" + p.pid()).toList();
        var command = new ArrayList<>(List.of("kill", "-" + name));
        command.addAll(pids);
        new ProcessBuilder(command).start().waitFor();
        return this;
    }

    /** The command, and all that it started and they started. */
    Stream<ProcessHandle> tree() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    Developer.Result end() throws InterruptedException {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("it did not end:\n" + text());
        }
        read.join();
        return new Developer.Result(process.exitValue(), text());
    }

    /** Milliseconds since the start, of the first line with this text. */
    long millis(String text) {
        synchronized (lines) {
            return lines.stream().filter(line -> line.text().contains(text)).findFirst()
                    .map(line -> (line.at() - began) / 1_000_000)
                    .orElseThrow(() -> new AssertionError("'" + text + "' was not said:\n" + text()));
        }
    }

    private String text() {
        synchronized (lines) {
            return String.join("\n", lines.stream().map(Line::text).toList());
        }
    }
}
