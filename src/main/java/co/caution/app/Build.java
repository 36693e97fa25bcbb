package co.caution.app;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One push on its way to an image.
 *
 * @param ref the branch that was pushed
 * @param failedPhase where it failed, with {@code failure} saying why
 */
public record Build(
        UUID id,
        UUID appId,
        String ref,
        String commitId,
        State state,
        @Nullable String failedPhase,
        @Nullable String failure,
        Instant createdAt,
        @Nullable Instant endedAt) {

    /** {@code CANCELLED}: its owner ended it. {@code ABANDONED}: the service ended while it ran. */
    public enum State {
        RUNNING, SUCCEEDED, FAILED, CANCELLED, ABANDONED
    }

    /** The start of the id, enough to name it among an app's builds. */
    public String shortId() {
        return id.toString().substring(0, 8);
    }

    static Build started(UUID appId, String ref, String commitId, Instant now) {
        return new Build(UUID.randomUUID(), appId, ref, commitId, State.RUNNING, null, null, now, null);
    }

    Build succeed(Instant now) {
        requireRunning();
        return new Build(id, appId, ref, commitId, State.SUCCEEDED, null, null, createdAt, now);
    }

    Build fail(String phase, String why, Instant now) {
        requireRunning();
        return new Build(id, appId, ref, commitId, State.FAILED, phase, why, createdAt, now);
    }

    Build cancel(Instant now) {
        requireRunning();
        return new Build(id, appId, ref, commitId, State.CANCELLED, null, null, createdAt, now);
    }

    private void requireRunning() {
        if (state != State.RUNNING) {
            throw new IllegalStateException("build " + id + " is " + state + ", not running");
        }
    }
}
