package co.caution.app;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One run of a release in an enclave: starting → attested → live → retired or stopped; failed from anywhere before
 * the end.
 *
 * @param reason why it ended
 */
public record Deployment(
        UUID id,
        UUID appId,
        UUID releaseId,
        State state,
        @Nullable String reason,
        Instant createdAt,
        @Nullable Instant liveAt,
        @Nullable Instant endedAt) {

    /** {@code RETIRED}: another release took over. {@code STOPPED}: the service or the owner ended it. */
    public enum State {
        STARTING, ATTESTED, LIVE, RETIRED, STOPPED, FAILED;

        boolean ended() {
            return this == RETIRED || this == STOPPED || this == FAILED;
        }
    }

    static Deployment starting(Release release, Instant now) {
        return new Deployment(UUID.randomUUID(), release.appId(), release.id(), State.STARTING, null, now, null, null);
    }

    /** The platform itself saw fresh evidence whose PCR0-2 equal the release's. */
    Deployment attested() {
        require(State.STARTING);
        return new Deployment(id, appId, releaseId, State.ATTESTED, null, createdAt, null, null);
    }

    /** Nothing is live that was not attested. */
    Deployment live(Instant now) {
        require(State.ATTESTED);
        return new Deployment(id, appId, releaseId, State.LIVE, null, createdAt, now, null);
    }

    Deployment stopped(String why, Instant now) {
        return end(State.STOPPED, why, now);
    }

    Deployment failed(String why, Instant now) {
        return end(State.FAILED, why, now);
    }

    private Deployment end(State to, String why, Instant now) {
        if (state.ended()) {
            throw new IllegalStateException("deployment " + id + " has already ended: " + state);
        }
        return new Deployment(id, appId, releaseId, to, why, createdAt, liveAt, now);
    }

    private void require(State expected) {
        if (state != expected) {
            throw new IllegalStateException("deployment " + id + " is " + state + ", not " + expected);
        }
    }
}
