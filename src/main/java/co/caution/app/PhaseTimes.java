package co.caution.app;

import co.caution.build.BuildListener;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Measures how long each phase of a build takes, and passes on what it hears. */
final class PhaseTimes implements BuildListener, AutoCloseable {

    private final BuildListener next;
    private final AppMeters meters;
    private @Nullable String phase;
    private long since;

    PhaseTimes(BuildListener next, AppMeters meters) {
        this.next = next;
        this.meters = meters;
    }

    @Override
    public void phase(String name) {
        close();
        phase = name;
        since = System.nanoTime();
        next.phase(name);
    }

    @Override
    public void line(String text) {
        next.line(text);
    }

    @Override
    public void note(String text) {
        next.note(text);
    }

    /** The phase at work ends, as the build does. */
    @Override
    public void close() {
        if (phase != null) {
            meters.phase(phase, Duration.ofNanos(System.nanoTime() - since));
            phase = null;
        }
    }
}
