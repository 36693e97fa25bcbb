package co.caution.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TurnsTest {

    private final Turns turns = new Turns();
    private final UUID lee = UUID.randomUUID();
    private final UUID robin = UUID.randomUUID();

    @Test
    void anAccountHasSoManyAndLeavesTheRestToOthers() {
        List<Runnable> taken = new ArrayList<>();
        for (int i = 0; i < Turns.MOST_OF_AN_ACCOUNT; i++) {
            taken.add(turns.enter(Set.of(lee)));
        }
        assertThat(taken).doesNotContainNull();
        assertThat(turns.enter(Set.of(lee))).isNull();
        assertThat(turns.enter(Set.of(robin))).isNotNull();
        taken.getFirst().run();
        assertThat(turns.enter(Set.of(lee))).isNotNull();
    }

    /** Anybody may add another's public key to their own account. */
    @Test
    void whoPutsAnothersKeyBesideTheirOwnUsesUpNoneOfTheirTurns() {
        for (int i = 0; i < Turns.MOST_OF_AN_ACCOUNT; i++) {
            turns.enter(Set.of(robin));
        }
        assertThat(turns.enter(Set.of(lee, robin))).isNotNull();
    }

    @Test
    void allTogetherHaveSoMany() {
        for (int i = 0; i < Turns.MOST; i++) {
            assertThat(turns.enter()).isTrue();
        }
        assertThat(turns.enter()).isFalse();
        turns.leave();
        turns.leave();
        assertThat(turns.enter()).isTrue();
    }
}
