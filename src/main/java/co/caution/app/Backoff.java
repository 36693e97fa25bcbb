package co.caution.app;

import java.time.Duration;
import java.util.Optional;

/**
 * How long to wait before an enclave is started again, and how often.
 *
 * @param most restarts in a row
 * @param first wait; each further one is twice as long
 * @param calm an enclave that ran this long ends the row
 */
record Backoff(int most, Duration first, Duration calm) {

    static Backoff defaults() {
        return new Backoff(5, Duration.ofSeconds(1), Duration.ofMinutes(10));
    }

    /** @param before restarts in a row up to now; empty when it is enough */
    Optional<Duration> wait(int before) {
        return before < most ? Optional.of(first.multipliedBy(1L << before)) : Optional.empty();
    }

    /** @param lived how long the enclave ran that has just ended */
    int row(int before, Duration lived) {
        return lived.compareTo(calm) >= 0 ? 0 : before;
    }
}
