package co.caution.trust;

import java.time.Duration;
import java.time.Instant;

/** How long ago something was, as people say it. */
public final class Ago {

    private Ago() {}

    public static String words(Instant then, Instant now) {
        Duration past = Duration.between(then, now);
        if (past.toSeconds() < 60) {
            return "a moment ago";
        }
        return past.toMinutes() < 60 ? counted(past.toMinutes(), "minute")
                : past.toHours() < 48 ? counted(past.toHours(), "hour")
                : counted(past.toDays(), "day");
    }

    private static String counted(long number, String unit) {
        return number + " " + unit + (number == 1 ? "" : "s") + " ago";
    }
}
