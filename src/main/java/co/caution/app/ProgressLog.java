package co.caution.app;

import co.caution.build.Text;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a push has said so far: written by the worker, kept in a file, followed by any number of readers. A slow or
 * vanished reader never holds up the worker.
 */
public final class ProgressLog {

    private static final int MAX_DETAILS = 20_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<String> lines = new ArrayList<>();
    private final Writer file;
    private int details;
    private boolean closed;

    ProgressLog(Path file) {
        this.file = open(file);
    }

    /** As below: what cannot be kept is still shown. */
    private static Writer open(Path file) {
        try {
            Files.createDirectories(file.getParent());
            return Files.newBufferedWriter(file);
        } catch (IOException e) {
            return Writer.nullWriter();
        }
    }

    /** A new step of the push. */
    void step(String text) {
        append("-----> " + text);
    }

    /** Detail below the current step; there may be too much of it. */
    void detail(String text) {
        details++;
        if (details <= MAX_DETAILS) {
            append("       " + (details == MAX_DETAILS ? "(more output is left out)" : text));
        }
    }

    /** What a push ends with: any number of lines. */
    void say(String text) {
        text.lines().forEach(this::append);
        if (text.isEmpty()) {
            append("");
        }
    }

    private void append(String text) {
        String line = Text.printable(text);
        lock.lock();
        try {
            if (closed) {
                return;
            }
            lines.add(line);
            file.write(line + "\n");
            file.flush();
        } catch (IOException e) {
            // A full disk must not lose the push: the reader still gets the line, the build fails on its own account.
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            file.close();
        } catch (IOException e) {
            // As above.
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    /** The lines from {@code index} on; waits up to {@code wait} for the first of them. */
    public List<String> from(int index, Duration wait) throws InterruptedException {
        long left = wait.toNanos();
        lock.lockInterruptibly();
        try {
            while (lines.size() <= index && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            return List.copyOf(lines.subList(Math.min(index, lines.size()), lines.size()));
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing more will come after {@code index}. */
    public boolean endsAt(int index) {
        lock.lock();
        try {
            return closed && lines.size() <= index;
        } finally {
            lock.unlock();
        }
    }
}
