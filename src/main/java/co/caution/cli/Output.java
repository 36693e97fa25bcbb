package co.caution.cli;

import co.caution.build.Text;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What a command prints: one JSON document for machines, or lines for people. */
final class Output {

    private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private static final JsonMapper LINE = new JsonMapper();

    private final boolean json;

    /** @param json then nothing but {@link #json} is printed */
    Output(boolean json) {
        this.json = json;
    }

    /** A line that may repeat what others wrote: it must not steer this terminal. */
    void say(String line) {
        if (!json) {
            System.out.println(Text.printable(line));
        }
    }

    /**
     * A list: one document for machines, a line each for people.
     *
     * @param none what to say where it is empty
     */
    void list(JsonNode all, String none, Function<JsonNode, String> line) {
        if (json) {
            json(all);
        } else if (all.isEmpty()) {
            say(none);
        } else {
            all.forEach(each -> say(line.apply(each)));
        }
    }

    /** Beside the result, which may be read by a machine: it goes to standard error. */
    static void note(String line) {
        System.err.println(Text.printable(line));
    }

    /** One object on one line, for what comes bit by bit. */
    static String line(Object value) {
        return LINE.writeValueAsString(value);
    }

    static void json(Object value) {
        System.out.println(text(value));
    }

    static String text(Object value) {
        return JSON.writeValueAsString(value);
    }

    /** Names and values in turn; a null is left out. People compare this output with another, so its order is fixed. */
    static Map<String, Object> ordered(@Nullable Object... pairs) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i + 1] != null) {
                map.put((String) pairs[i], pairs[i + 1]);
            }
        }
        return map;
    }
}
