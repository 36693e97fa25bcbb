package co.caution.git;

import co.caution.app.PushOutcome;
import co.caution.app.PushRun;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** Shows a push to its client, line by line, with a sign of life in quiet phases. */
final class ProgressStream {

    /** Routers and people both give up on a silent connection. */
    private static final Duration QUIET = Duration.ofSeconds(15);

    /** Nobody is left to be shown anything. Unchecked, as git's hooks throw nothing else. */
    static final class ClientGone extends UncheckedIOException {
        private static final long serialVersionUID = 1;

        ClientGone(IOException cause) {
            super(cause);
        }
    }

    private final OutputStream out;
    private final String prefix;

    ProgressStream(OutputStream out, String prefix) {
        this.out = out;
        this.prefix = prefix;
    }

    /** Returns when the push has ended. A client that goes away ends the showing, not the push. */
    PushOutcome follow(PushRun run) {
        try {
            int shown = 0;
            long quiet = 0;
            while (!run.log().endsAt(shown)) {
                List<String> lines = run.log().from(shown, QUIET);
                quiet = lines.isEmpty() ? quiet + QUIET.toSeconds() : 0;
                if (quiet > 0 && !run.log().endsAt(shown)) {
                    write("       … still at work (" + quiet + " s)");
                }
                for (String line : lines) {
                    write(line);
                }
                shown += lines.size();
            }
            return run.outcome().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return PushOutcome.Failed.serviceStopped();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private void write(String line) {
        try {
            out.write((prefix + line + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new ClientGone(e);
        }
    }
}
