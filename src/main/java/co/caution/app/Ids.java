package co.caution.app;

import java.util.Optional;
import java.util.UUID;

/** Tells ids from names. */
final class Ids {

    private Ids() {}

    /** The JDK also takes shortened ones, which are fine names. */
    static Optional<UUID> parse(String text) {
        try {
            return Optional.of(UUID.fromString(text)).filter(id -> id.toString().equalsIgnoreCase(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
