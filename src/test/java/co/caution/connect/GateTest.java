package co.caution.connect;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.verify.ChannelBinding;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GateTest {

    private static final Verifier.Good GOOD = new Verifier.Good(new Way(new ChannelBinding("a".repeat(64)), "localhost", 1));
    private static final Verifier.Good OTHER = new Verifier.Good(new Way(new ChannelBinding("b".repeat(64)), "localhost", 1));

    private final List<String> log = new ArrayList<>();
    private Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private Verifier.Result next = GOOD;
    private int asked;
    private int closed;

    private final Clock clock = ((InstantSource) () -> now).withZone(ZoneOffset.UTC);

    private final Gate gate = new Gate(() -> {
        asked++;
        if (next == null) {
            throw new IllegalStateException("no git here");
        }
        return next;
    }, GOOD, clock, log::add, () -> closed++);

    @Test
    void whatIsVerifiedIsNotAskedAgain() throws Exception {
        assertThat(gate.result()).isEqualTo(GOOD);
        assertThat(gate.allows(GOOD.way())).isTrue();
        assertThat(gate.allows(OTHER.way())).isFalse();
        assertThat(asked).isZero();
    }

    @Test
    void aWayThatFailedIsLookedAtOnceAndNotForEveryConnection() throws Exception {
        next = OTHER;
        now = now.plus(Gate.PAUSE);
        assertThat(gate.after(GOOD)).isEqualTo(OTHER);
        assertThat(gate.after(GOOD)).as("somebody else found out").isEqualTo(OTHER);
        assertThat(gate.after(OTHER)).as("just now").isEqualTo(OTHER);
        assertThat(asked).isEqualTo(1);
        assertThat(closed).as("what went to the other key").isEqualTo(1);
    }

    @Test
    void whoIsRefusedMayComeBackLater() throws Exception {
        next = new Verifier.Refused(true, "differs");
        gate.again();
        assertThat(closed).isEqualTo(1);
        next = GOOD;
        assertThat(gate.result()).isInstanceOf(Verifier.Refused.class);
        now = now.plus(Gate.PAUSE);
        assertThat(gate.result()).isEqualTo(GOOD);
        assertThat(log).hasSize(2);
    }

    @Test
    void aVerificationThatBreaksOffIsNoneAndTheSameRefusalIsSaidOnce() throws Exception {
        next = null;
        gate.again();
        now = now.plus(Duration.ofMinutes(1));
        assertThat(gate.result()).isEqualTo(new Verifier.Refused(false, "the verification did not come to an end: no git here"));
        assertThat(log).hasSize(1);
        assertThat(closed).isZero();
    }
}
