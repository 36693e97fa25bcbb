package co.caution.words;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One command: its words, and the call of the API that they mean.
 *
 * @param words those that are always the same
 * @param arguments what stands behind them; in capitals, as in {@code path}
 * @param path with {@code {ARGUMENT}} where one belongs
 * @param body the fields of a JSON object, and the argument that each is; empty for a call without a body
 * @param options that a value belongs to, by their names: {@code --limit}, and so the parameter {@code limit}
 * @param view how people are shown the answer
 */
public record Phrase(List<String> words, List<String> arguments, String method, String path, Map<String, String> body,
        Map<String, String> options, View view, String meaning) {

    /** How an answer is shown. */
    public sealed interface View {
        /** A list, as columns: heads, and the field that each shows. */
        record Columns(Map<String, String> fields) implements View {}

        /** An object, a field a line. */
        record Fields() implements View {}

        /** Text, line by line; it may be followed while it grows. */
        record Lines() implements View {}

        /** Not here, but with this command of the CLI: it asks for a proof that SSH's own signature is not. */
        record Elsewhere(String command) implements View {}
    }

    static Phrase of(String method, String usage, String path, View view, String meaning) {
        var parts = List.of(usage.split(" "));
        return new Phrase(parts.stream().filter(part -> !isArgument(part)).toList(), parts.stream().filter(Phrase::isArgument).toList(),
                method, path, Map.of(), Map.of(), view, meaning);
    }

    private static boolean isArgument(String part) {
        return Character.isUpperCase(part.charAt(0));
    }

    Phrase with(Map<String, String> fields) {
        return new Phrase(words, arguments, method, path, fields, options, view, meaning);
    }

    Phrase taking(String option, String value) {
        var more = new LinkedHashMap<>(options);
        more.put(option, value);
        return new Phrase(words, arguments, method, path, body, more, view, meaning);
    }

    String name() {
        return String.join(" ", words);
    }

    /** As in {@code apps create NAME [--organization NAME]}. */
    public String usage() {
        return String.join(" ", Stream.of(
                words.stream(), arguments.stream(),
                options.entrySet().stream().map(option -> "[" + option.getKey() + " " + option.getValue() + "]"),
                Stream.of("[--follow]").filter(_ -> view instanceof View.Lines)).flatMap(part -> part).toList());
    }

    /** As routes are written: {@code /api/apps/{app}}. */
    public String pattern() {
        String pattern = path;
        for (String argument : arguments) {
            pattern = pattern.replace("{" + argument + "}", "{" + argument.toLowerCase(Locale.ROOT) + "}");
        }
        return pattern;
    }

    /**
     * @param given to each argument
     * @param chosen to each option
     */
    String address(Map<String, String> given, Map<String, String> chosen) {
        String address = path;
        for (String argument : arguments) {
            String place = "{" + argument + "}";
            if (address.contains(place)) {
                address = address.replace(place, segment(argument, given.get(argument)));
            }
        }
        var query = new ArrayList<String>();
        new TreeMap<>(chosen).forEach((option, value) -> query.add(option.substring(2) + "=" + encoded(value)));
        return query.isEmpty() ? address : address + "?" + String.join("&", query);
    }

    Map<String, String> fields(Map<String, String> given) {
        var fields = new LinkedHashMap<String, String>();
        body.forEach((field, argument) -> fields.put(field, given.get(argument)));
        return fields;
    }

    /** A part of a path is a name or an id: whatever else somebody writes leads nowhere else. */
    private static String segment(String argument, @Nullable String value) {
        if (value == null || !value.matches("[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}")) {
            throw new UsageException(argument + " must be a name or an id");
        }
        return encoded(value);
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
