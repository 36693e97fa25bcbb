package co.caution.cli;

import tools.jackson.databind.JsonNode;

/** Times as people read them in lists. */
final class Times {

    private Times() {}

    /** An instant to the second, in UTC. */
    static String second(JsonNode instant) {
        String text = instant.asString("");
        return text.length() < 19 ? text : text.substring(0, 10) + " " + text.substring(11, 19);
    }

    /** The day of an instant, or a word where there is none. */
    static String day(JsonNode instant, String none) {
        String text = instant.asString("");
        return text.length() < 10 ? none : text.substring(0, 10);
    }
}
