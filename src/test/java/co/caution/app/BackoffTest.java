package co.caution.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private final Backoff backoff = Backoff.defaults();

    @Test
    void eachFurtherRestartWaitsTwiceAsLongAndTheyEnd() {
        assertThat(backoff.wait(0)).contains(Duration.ofSeconds(1));
        assertThat(backoff.wait(1)).contains(Duration.ofSeconds(2));
        assertThat(backoff.wait(4)).contains(Duration.ofSeconds(16));
        assertThat(backoff.wait(5)).isEmpty();
    }

    @Test
    void anEnclaveThatRanLongEnoughEndsTheRow() {
        assertThat(backoff.row(4, Duration.ofMinutes(9))).isEqualTo(4);
        assertThat(backoff.row(4, Duration.ofMinutes(10))).isZero();
    }
}
