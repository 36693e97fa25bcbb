package co.caution.build;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes to {@code build.log} what the listener is told, and what only a reader of the log wants to know. */
final class BuildLog implements BuildListener, AutoCloseable {

    private final PrintWriter out;
    private final BuildListener listener;
    private String phase = Phase.SOURCE;

    BuildLog(Path file, BuildListener listener) throws IOException {
        this.out = new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8));
        this.listener = listener;
    }

    String current() {
        return phase;
    }

    @Override
    public void phase(String name) {
        phase = name;
        write("== " + name);
        listener.phase(name);
    }

    @Override
    public void line(String text) {
        write(text);
        listener.line(text);
    }

    @Override
    public void note(String text) {
        write("-- " + text);
        listener.note(text);
    }

    /** For the log alone. */
    void detail(String text) {
        write("-- " + text);
    }

    private void write(String text) {
        out.print(text + "\n");
        out.flush();
    }

    @Override
    public void close() {
        out.close();
    }
}
