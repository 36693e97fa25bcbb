package co.caution.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MemoryTest {

    private static final long MIB = 1L << 20;

    @Test
    void aSmallImageGets512() throws Exception {
        assertThat(Memory.choose(20 * MIB, 30 * MIB, null)).isEqualTo(512);
    }

    @Test
    void aLargeImageGetsWhatItNeedsInStepsOf64() throws Exception {
        assertThat(Memory.choose(200 * MIB + 1, 10 * MIB, null)).isEqualTo(832);
        assertThat(Memory.choose(10 * MIB, 400 * MIB, null)).isEqualTo(896);
    }

    @Test
    void aWishThatIsEnoughIsKeptBelow512Too() throws Exception {
        assertThat(Memory.choose(20 * MIB, 30 * MIB, 120)).isEqualTo(120);
    }

    @Test
    void aWishThatIsTooSmallIsRefusedWithTheNumberThatWouldDo() {
        assertThatThrownBy(() -> Memory.choose(20 * MIB, 30 * MIB, 119))
                .isInstanceOf(BuildException.class)
                .hasMessageContaining("needs 120 MB")
                .hasMessageContaining("`memory_mb: 128`");
    }
}
