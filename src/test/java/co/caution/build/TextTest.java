package co.caution.build;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextTest {

    @Test
    void terminalsAreNotSteered() {
        assertThat(Text.printable("\u001b[1;31mred\u001b[0m \u001b]0;title\u0007x\u001b(B\u0000\u0008\u009b2Jy\tz"))
                .isEqualTo("red x2Jy    z");
        assertThat(Text.printable("a\u202eb")).isEqualTo("a\ufffdb");
    }

    @Test
    void longLinesAreCut() {
        assertThat(Text.printable("x".repeat(100_000))).hasSize(Text.MAX_LINE + 1).endsWith("…");
    }
}
