package co.caution.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The threat model claims nothing without a test, and names none that is not there. */
class SecurityDocTest {

    private static final Path PAGE = Path.of("docs/security.md");
    private static final Pattern NAME = Pattern.compile("`(\\w+(?:Test|IT))(?:#(\\w+))?`");

    @Test
    void everyTestThatIsNamedIsThere() throws IOException {
        Map<String, Path> classes;
        try (var files = Files.walk(Path.of("src/test/java"))) {
            classes = files.filter(file -> file.toString().endsWith(".java"))
                    .collect(Collectors.toMap(file -> file.getFileName().toString().replace(".java", ""), Function.identity(), (a, b) -> a));
        }
        List<String> absent = new ArrayList<>();
        var names = NAME.matcher(Files.readString(PAGE));
        int found = 0;
        while (names.find()) {
            found++;
            Path file = classes.get(names.group(1));
            boolean there = file != null && (names.group(2) == null
                    || Pattern.compile("@(?:Test|ParameterizedTest|TestFactory)\\b[^;{]*?\\bvoid " + names.group(2) + "\\(").matcher(Files.readString(file)).find());
            if (!there) {
                absent.add(names.group());
            }
        }
        assertThat(absent).isEmpty();
        assertThat(found).isGreaterThan(40);
    }

    @Test
    void whateverTheServiceDoesIsHeldByATest() throws IOException {
        for (String line : Files.readAllLines(PAGE)) {
            String[] cells = line.split(" ?\\|", -1);
            if (cells.length == 6 && !cells[1].startsWith("---") && !cells[2].isBlank() && !cells[1].equals(" attack")) {
                assertThat(NAME.matcher(cells[4]).find()).as(line).isTrue();
            }
        }
    }
}
