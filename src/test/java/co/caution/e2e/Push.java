package co.caution.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.e2e.Developer.Result;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A push at work, watched line by line. */
final class Push implements AutoCloseable {

    private static final Duration LINE = Duration.ofMinutes(3);

    private final Process process;
    private final StringBuffer said = new StringBuffer();
    private final Thread reader;

    Push(Process process) {
        this.process = process;
        this.reader = Thread.ofVirtual().start(this::read);
    }

    /** Returns as soon as the client has shown this much. */
    Push awaitText(String text) throws InterruptedException {
        long deadline = System.nanoTime() + LINE.toNanos();
        while (said.indexOf(text) < 0) {
            boolean ended = !reader.isAlive();
            assertThat(ended && said.indexOf(text) < 0).as("no '" + text + "' in: " + said).isFalse();
            assertThat(System.nanoTime()).as("no '" + text + "' yet in: " + said).isLessThan(deadline);
            Thread.sleep(5);
        }
        return this;
    }

    Result end() throws InterruptedException {
        assertThat(process.waitFor(LINE.toSeconds(), TimeUnit.SECONDS)).as("the client ended: " + said).isTrue();
        reader.join();
        return new Result(process.exitValue(), said.toString());
    }

    private void read() {
        try (var in = process.inputReader()) {
            for (int c = in.read(); c >= 0; c = in.read()) {
                said.append((char) c);
            }
        } catch (IOException e) {
            // It was closed.
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
