package co.caution;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.cli.ServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** {@code docs/reference/configuration.md} is what {@link CautionProperties} says of itself. */
class ConfigurationReferenceTest {

    private static final Path METADATA = Path.of("target", "classes", "META-INF", "spring-configuration-metadata.json");
    private static final Path PAGE = Path.of("docs", "reference", "configuration.md");

    @Test
    void theReferenceShowsEveryPropertyAsItIs() throws IOException {
        Map<String, String> meanings = meanings();
        var table = new StringBuilder("| property | variable | option | type | default | meaning |\n|---|---|---|---|---|---|\n");
        for (var property : ConfigurationProperty.all()) {
            assertThat(meanings.get(property.name())).as("a @param for %s in CautionProperties", property.name()).isNotBlank();
            table.append("| `%s` | `%s` | %s | %s | %s | %s |\n".formatted(property.name(), property.variable(),
                    ServerOptions.of(property.name()).map(option -> "`" + option + "`").orElse(""),
                    property.kind(), usual(property), meanings.get(property.name())));
        }
        String page = Files.readString(PAGE);
        String written = page.replaceFirst("(?s)\\| property \\|.*?\n(?=\n|\\z)", java.util.regex.Matcher.quoteReplacement(table.toString()));
        Path target = Files.writeString(Path.of("target", "configuration.md"), written);
        assertThat(page).as("copy %s over %s when a property has changed", target, PAGE).isEqualTo(written);
    }

    private static String usual(ConfigurationProperty property) {
        return switch (property.name()) {
            case "caution.home" -> "`~/.local/share/caution`";
            case "caution.cache" -> "`~/.cache/caution`";
            default -> property.defaultValue() == null ? "" : "`" + property.defaultValue() + "`";
        };
    }

    /** Written by Spring Boot's annotation processor, from the Javadoc. */
    private static Map<String, String> meanings() throws IOException {
        var meanings = new TreeMap<String, String>();
        for (var property : new JsonMapper().readTree(Files.readString(METADATA)).path("properties")) {
            meanings.put(property.path("name").asString(), property.path("description").asString("").replaceAll("\\s+", " "));
        }
        return meanings;
    }

    /** A variable that the code reads and that is no property would stop the service as a slip of the pen. */
    @Test
    void everyVariableIsAPropertyOrKnownNotToBeOne() throws IOException {
        var known = new TreeSet<>(ConfigurationReport.NOT_PROPERTIES);
        ConfigurationProperty.all().forEach(property -> known.add(property.variable()));
        var pattern = Pattern.compile("\\bCAUTION_[A-Z][A-Z_]*[A-Z]\\b");
        var read = new TreeSet<String>();
        try (Stream<Path> sources = Files.walk(Path.of("src", "main", "java"))) {
            for (Path file : Stream.concat(sources.filter(Files::isRegularFile), Stream.of(Path.of("caution"))).toList()) {
                pattern.matcher(Files.readString(file)).results().forEach(match -> read.add(match.group()));
            }
        }
        assertThat(known).containsAll(read);
    }
}
