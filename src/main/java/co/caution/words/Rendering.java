package co.caution.words;

import co.caution.build.Text;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Answers of the API for eyes: whatever is in them, no terminal is steered by it. */
final class Rendering {

    private static final JsonMapper JSON = JsonMapper.shared();

    private Rendering() {}

    static byte[] body(Map<String, String> fields) {
        return JSON.writeValueAsBytes(fields);
    }

    /** As it came; what could steer a terminal stands as JSON's own escapes do, and so means the same. */
    static String json(byte[] body) {
        var out = new StringBuilder();
        for (char c : new String(body, StandardCharsets.UTF_8).toCharArray()) {
            if (Character.isISOControl(c) && c != '\n' || Character.getType(c) == Character.FORMAT) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('\n').toString();
    }

    static String people(Phrase.View view, byte[] body) {
        return switch (view) {
            case Phrase.View.Columns(var fields) -> table(fields, JSON.readTree(body));
            case Phrase.View.Fields _ -> lines("", JSON.readTree(body));
            case Phrase.View.Lines _, Phrase.View.Elsewhere _ -> text(body);
        };
    }

    /** Each line for itself. */
    static String text(byte[] body) {
        String text = Text.printableLines(new String(body, StandardCharsets.UTF_8));
        return text.isEmpty() ? "" : text + "\n";
    }

    /** What went wrong, in HTTP's words. */
    static String detail(Api.Answer answer) {
        try {
            String detail = JSON.readTree(answer.body()).path("detail").asString("");
            if (!detail.isEmpty()) {
                return Text.oneLine(detail);
            }
        } catch (JacksonException e) {
            // No problem document: its status has to do.
        }
        return "the platform answered with status " + answer.status();
    }

    private static String table(Map<String, String> columns, JsonNode list) {
        if (list.isEmpty()) {
            return "none\n";
        }
        var rows = new ArrayList<List<String>>();
        rows.add(List.copyOf(columns.keySet()));
        for (JsonNode each : list) {
            rows.add(columns.values().stream().map(field -> value(at(each, field))).toList());
        }
        var out = new StringBuilder();
        int[] widths = new int[columns.size()];
        rows.forEach(row -> Arrays.setAll(widths, i -> Math.max(widths[i], row.get(i).length())));
        for (var row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 2);
            }
            out.append(line.toString().stripTrailing()).append('\n');
        }
        return out.toString();
    }

    private static JsonNode at(JsonNode object, String field) {
        JsonNode found = object;
        for (String part : field.split("\\.")) {
            found = found.path(part);
        }
        return found;
    }

    private static String lines(String before, JsonNode object) {
        var out = new StringBuilder();
        object.properties().forEach(field -> {
            String name = before + Text.oneLine(field.getKey());
            out.append(field.getValue().isObject()
                    ? lines(name + ".", field.getValue())
                    : name + ": " + value(field.getValue()) + "\n");
        });
        return out.toString();
    }

    private static String value(JsonNode node) {
        String value = node.isMissingNode() || node.isNull() ? "" : node.isContainer() ? node.toString() : node.asString();
        return value.isEmpty() ? "-" : Text.oneLine(value);
    }
}
