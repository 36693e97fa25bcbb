package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.eif.EifDiff.Change;
import co.caution.eif.FirstByte;
import co.caution.explain.Cause;
import co.caution.explain.Explanation;
import co.caution.explain.FileDifference;
import co.caution.explain.Hint;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExplanationReportTest {

    private static final String STEERING = "\u001b[2J\u001b]0;x\u0007\r\n\u009b1m\u202e";

    private final ExplanationReport report = new ExplanationReport("runs", "was rebuilt");

    @Test
    void theConfigurationComesFirstThenTheFilesThenWhatHelps() {
        var explanation = new Explanation(
                List.of(new Change("env", "[\"A=1\"]", "[]")),
                List.of(new FileDifference("/a.gz", "changed", List.of(new Change("size", "7", "8")), new FirstByte(4, 0, "1f8b", "1f8c"),
                        new Hint(Cause.GZIP_TIME, "then and now", true))), 0, List.of());

        assertThat(report.lines(explanation)).containsExactly(
                "The configuration differs (it is measured, so the app's registers do, too):",
                "  env: [\"A=1\"] runs, [] was rebuilt",
                "A file of the app differs:",
                "  ~ /a.gz",
                "      size: 7 runs, 8 was rebuilt",
                "      content: differs from byte 4 on; around it",
                "        1f8b  runs",
                "        1f8c  was rebuilt",
                "      because of the time in a gzip's header (then and now)",
                "What helps against the time in a gzip's header: leave it out: gzip -n.");
    }

    @Test
    void whatIsNotShownIsCounted() {
        var file = new FileDifference("/x", "removed", List.of(), null, null);
        var lines = report.lines(new Explanation(List.of(), Collections.nCopies(100, file), 1234, List.of()));

        assertThat(lines).hasSize(42).first().isEqualTo("1334 files of the app differ:");
        assertThat(lines.getLast()).isEqualTo("  and 1294 more (--json has the first 100)");
    }

    @Test
    void namesOfAStrangerDoNotSteerTheTerminal() {
        var explanation = new Explanation(
                List.of(new Change("env" + STEERING, STEERING, STEERING)),
                List.of(new FileDifference("/a" + STEERING, "changed", List.of(new Change("target", STEERING, STEERING)), null,
                        new Hint(Cause.DATE, STEERING, false))), 0,
                List.of(new FileDifference("ramdisk0: " + STEERING, "added", List.of(), null, null)));

        assertThat(String.join("", report.lines(explanation)).chars().filter(c -> Character.isISOControl(c) || c == 0x202e)).isEmpty();
    }
}
