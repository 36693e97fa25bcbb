package co.caution.gateway;

import co.caution.client.Limit;
import java.time.Duration;

/** More calls of a kind than a minute has room for. */
final class TooManyCallsException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final long seconds;

    TooManyCallsException(Limit limit, String whose, int perMinute, Duration wait) {
        super("Too many " + limit.words() + " from " + whose + ": " + perMinute + " a minute. Try again in "
                + seconds(wait) + " s.");
        this.seconds = seconds(wait);
    }

    /** For {@code Retry-After}: whole seconds, never too few. */
    long seconds() {
        return seconds;
    }

    private static long seconds(Duration wait) {
        return wait.plusMillis(999).toSeconds();
    }
}
