package co.caution.words;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuotingTest {

    @Test
    void wordsArePartedAsAShellPartsThem() {
        Map.of("apps list", List.of("apps", "list"),
                "  apps   list ", List.of("apps", "list"),
                "", List.of(),
                "a 'b c' d", List.of("a", "b c", "d"),
                "a \"b c\" d", List.of("a", "b c", "d"),
                "a b'c'\"d\"e", List.of("a", "bcde"),
                "a '' \"\"", List.of("a", "", ""),
                "a b\\ c \\$x", List.of("a", "b c", "$x"),
                "a '$(id)' '\\'", List.of("a", "$(id)", "\\"),
                "a \"x\\\"y\\\\z\\w\"", List.of("a", "x\"y\\z\\w"))
                .forEach((line, words) -> assertThat(Quoting.words(line)).as(line).isEqualTo(words));
    }

    @Test
    void whatAShellWouldActUponIsRefused() {
        for (String line : List.of("apps list; id", "apps list | sh", "apps list && id", "apps list &", "apps list > x", "apps list < x", "apps $(id)",
                "apps `id`", "apps \"$(id)\"", "apps \"`id`\"", "apps *", "apps ~", "apps {a,b}", "apps list #", "apps 'a", "apps \"a", "apps \"a\\\"",
                "apps a\\", "apps\nlist", "apps\u001b[2Jlist", "apps\tlist", "apps '\u0000'", "apps '\u009b2J'")) {
            assertThatThrownBy(() -> Quoting.words(line)).as(line).isInstanceOf(UsageException.class);
        }
    }

    @Test
    void longLinesAreRefused() {
        assertThatThrownBy(() -> Quoting.words("a".repeat(Quoting.LONGEST + 1))).isInstanceOf(UsageException.class);
        assertThatThrownBy(() -> Quoting.words("a ".repeat(33))).isInstanceOf(UsageException.class);
    }
}
