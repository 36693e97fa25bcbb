package co.caution;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with the configuration.
 *
 * @param source where the value was given, as the user wrote it: {@code --http-port}, {@code CAUTION_HTTP_PORT}, a line of
 *     a file; null when it was not given
 * @param value null for a secret and for what was not given
 * @param remedy what is allowed, or what to do
 * @param passing whether the same configuration may be fine another time: a port that is taken
 */
record ConfigurationProblem(
        String property,
        @Nullable String source,
        @Nullable String value,
        String wrong,
        String remedy,
        boolean passing) {

    String describe() {
        String name = source == null || source.equals(property) ? property : property + " (" + source + ")";
        return name + (value == null ? "" : " is '" + value + "'") + ": " + wrong + ". " + remedy
                + (remedy.endsWith("?") ? "" : ".");
    }
}
