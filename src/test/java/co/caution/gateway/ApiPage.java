package co.caution.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriComponentsBuilder;

/** {@code docs/reference/api.md}, where the words and the examples of each route stand; the OpenAPI document takes them from there. */
final class ApiPage {

    static final Path FILE = Path.of("docs", "reference", "api.md");

    /** What the page's examples call things, and what the document calls them. */
    private static final Map<String, String> FILLED_IN = Map.ofEntries(
            Map.entry("$CAUTION_SERVER", ApiSeed.SERVER),
            Map.entry("$APP", ApiSeed.APP),
            Map.entry("$OTHER_APP", ApiSeed.OTHER_APP),
            Map.entry("$BUILD", ApiSeed.BUILD),
            Map.entry("$KEY", ApiSeed.KEY),
            Map.entry("$OTHER", ApiSeed.TOKEN),
            Map.entry("$FILES", "0".repeat(64)),
            Map.entry("$(cat bob.pub)", ApiSeed.SSH_KEY),
            Map.entry("$(printf '%064d' 0)", "0".repeat(64)),
            Map.entry("$(head -c 32 /dev/urandom | base64)", ApiSeed.NONCE));

    /** Statuses are numbers after the start of a clause; "more than 100" is none. */
    private static final Pattern STATUS = Pattern.compile("(?<!than |most |over |first |SHA-)\\b([2-5]\\d\\d)\\b(?! [A-Z]?i?B)");
    private static final Pattern MEDIA_TYPE = Pattern.compile("`((?:text|application|image)/[a-z0-9.+-]+)`");

    /**
     * @param text all of it but the example
     * @param answers the statuses it names
     * @param mediaTypes of answers that are no JSON
     */
    record Section(String summary, String text, Set<Integer> answers, Set<String> mediaTypes, @Nullable Example example) {}

    /** @param mustSucceed curl was told to fail otherwise */
    record Example(String path, Map<String, String> query, @Nullable String body, boolean mustSucceed) {}

    private final Map<String, String> sections = new LinkedHashMap<>();

    ApiPage() throws IOException {
        for (String section : Files.readString(FILE).split("(?m)^## `")) {
            if (section.matches("(?s)[A-Z]+ /.*")) {
                int end = section.indexOf('`');
                sections.put(section.substring(0, end), section.substring(end + 1));
            }
        }
    }

    Section of(String method, String pattern) {
        String found = sections.get(method + " " + pattern);
        if (found == null && pattern.startsWith("/health/")) {
            found = sections.get("GET /health/**");
        }
        if (found == null) {
            throw new AssertionError("docs/reference/api.md has no section for " + method + " " + pattern);
        }
        String text = found.replaceAll("(?s)```sh.*", "").replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1").strip();
        var statuses = new TreeSet<Integer>();
        for (String paragraph : text.split("\n\n")) {
            int from = paragraph.startsWith("Answer:") ? 0 : paragraph.indexOf("Errors:");
            if (from >= 0) {
                STATUS.matcher(paragraph.substring(from)).results().forEach(status -> statuses.add(Integer.valueOf(status.group(1))));
            }
        }
        var media = new TreeSet<String>();
        MEDIA_TYPE.matcher(text).results().forEach(type -> media.add(type.group(1)));
        media.remove(OpenApi.JSON_TYPE);
        String line = text.replaceAll("(?s)\n\n.*", "").replace('\n', ' ');
        if (pattern.startsWith("/health/")) { // two routes in one section
            line = line.substring(line.indexOf("`" + pattern + "`: ") + pattern.length() + 4);
            statuses.addAll(of("GET", "/health").answers());
        }
        String summary = line.replaceAll("(?<=[a-z`)\"])\\. .*|(?<=[a-z`)\"])\\.$|(?<=[^:;]{20})[:;] .*", "").replace("`", "");
        summary = Character.toUpperCase(summary.charAt(0)) + summary.substring(1);
        return new Section(summary, text.replaceAll("(?<!\n)\n(?!\n)", " "), statuses, media,
                example(method, pattern, found));
    }

    private static @Nullable Example example(String method, String pattern, String section) {
        Pattern path = Pattern.compile(Pattern.quote(pattern).replaceAll("\\{[^}]*}", "\\\\E[^/]+\\\\Q"));
        for (String line : section.replaceAll("(?s).*?```sh\n|```.*", "").replace("\\\n", "").split("\n")) {
            Matcher url = Pattern.compile("\"\\$CAUTION_SERVER(/[^\"]*)\"(?: \\||$)").matcher(line);
            if (url.find()) {
                var uri = UriComponentsBuilder.fromUriString(filledIn(url.group(1))).build();
                String verb = line.contains(" -X ") ? line.replaceAll(".* -X (\\w+) .*", "$1") : "GET";
                if (verb.equals(method) && path.matcher(String.valueOf(uri.getPath())).matches()) {
                    return new Example(uri.getPath(), uri.getQueryParams().toSingleValueMap(), body(line), line.contains("curl -sf"));
                }
            }
        }
        return null;
    }

    private static @Nullable String body(String line) {
        Matcher plain = Pattern.compile(" -d '([^']*)'").matcher(line);
        Matcher quoted = Pattern.compile(" -d \"((?:\\\\.|[^\"\\\\])*)\"").matcher(line);
        return plain.find() ? plain.group(1) : quoted.find() ? filledIn(quoted.group(1).replaceAll("\\\\(.)", "$1")) : null;
    }

    private static String filledIn(String text) {
        String filled = text;
        for (var entry : FILLED_IN.entrySet()) {
            String name = Pattern.quote(entry.getKey()) + (entry.getKey().startsWith("$(") ? "" : "\\b");
            filled = filled.replaceAll(name, Matcher.quoteReplacement(entry.getValue()));
        }
        if (filled.contains("$")) {
            throw new AssertionError("say in ApiPage what stands for the variable in " + filled);
        }
        return filled;
    }
}
