package co.caution.audit;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** JSON of which there is one way to write it (RFC 8785), of texts, whole numbers and objects. */
final class Canonical {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final int LONGEST = 500;
    private static final JsonMapper JSON = new JsonMapper();

    /** What is in this form already. */
    record Written(String json) {}

    private Canonical() {}

    /** Always six digits after the point. */
    static String time(Instant at) {
        return TIME.format(at);
    }

    static String object(Map<String, ?> fields) {
        var json = new StringBuilder("{");
        new TreeMap<>(fields).forEach((name, value) -> {
            json.append(json.length() == 1 ? "" : ",");
            text(json, name);
            json.append(':');
            switch (value) {
                case Written written -> json.append(written.json());
                case Long number -> json.append(number);
                default -> text(json, String.valueOf(value));
            }
        });
        return json.append('}').toString();
    }

    /** Of texts alone; what somebody has made of a row, whatever it is, can still be looked at. */
    static Map<String, String> read(String object) {
        var fields = new TreeMap<String, String>();
        try {
            JSON.readTree(object).properties().forEach(field -> fields.put(field.getKey(), field.getValue().asString("?")));
        } catch (JacksonException e) {
            fields.put("unreadable", object);
        }
        return fields;
    }

    private static void text(StringBuilder json, String text) {
        json.append('"');
        for (char c : text.toCharArray()) {
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\b' -> json.append("\\b");
                case '\f' -> json.append("\\f");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> json.append(c < 0x20 ? String.format("\\u%04x", (int) c) : c);
            }
        }
        json.append('"');
    }

    /** In one line and not endless, with no half characters: neither UTF-8 nor PostgreSQL has those. */
    static @Nullable String plain(@Nullable String text) {
        if (text == null) {
            return null;
        }
        return text.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE
                        || Character.getType(c) == Character.FORMAT || c == 0x2028 || c == 0x2029 ? '?' : c)
                .limit(LONGEST)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    static Map<String, String> plain(Map<String, String> details) {
        var plain = new TreeMap<String, String>();
        details.forEach((name, value) -> plain.put(String.valueOf(plain(name)), String.valueOf(plain(value))));
        return plain;
    }
}
