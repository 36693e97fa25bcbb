package co.caution.cli;

import co.caution.build.Text;
import co.caution.eif.EifDiff.Change;
import co.caution.eif.FirstByte;
import co.caution.explain.Cause;
import co.caution.explain.Explanation;
import co.caution.explain.FileDifference;
import co.caution.explain.Hint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why two images differ, for people and for machines. Names and contents are a stranger's: they must not steer the terminal.
 *
 * @param first what the first image is called, such as {@code runs}
 */
record ExplanationReport(String first, String second) {

    private static final int SHOWN = 40;

    List<String> lines(Explanation explanation) {
        var lines = new ArrayList<String>();
        if (!explanation.configuration().isEmpty()) {
            lines.add("The configuration differs (it is measured, so the app's registers do, too):");
            explanation.configuration().forEach(change -> lines.add("  " + Text.printable(change.what()) + ": " + both(change)));
        }
        if (!explanation.system().isEmpty()) {
            lines.add("EnclaveOS differs:");
            entries(explanation.system(), 0, lines);
        }
        if (!explanation.files().isEmpty()) {
            long count = explanation.files().size() + explanation.moreFiles();
            lines.add(count == 1 ? "A file of the app differs:" : count + " files of the app differ:");
            entries(explanation.files(), explanation.moreFiles(), lines);
        }
        for (Cause cause : explanation.causes()) {
            lines.add("What helps against " + cause.words() + ": " + cause.cure() + ".");
        }
        return lines;
    }

    private void entries(List<FileDifference> differences, long more, List<String> lines) {
        differences.stream().limit(SHOWN).forEach(difference -> entry(difference, lines));
        long left = differences.size() - Math.min(SHOWN, differences.size()) + more;
        if (left > 0) {
            lines.add("  and " + left + " more" + (more == left ? "" : " (--json has the first 100)"));
        }
    }

    private void entry(FileDifference difference, List<String> lines) {
        String path = Text.printable(difference.path());
        switch (difference.kind()) {
            case "added" -> lines.add(Style.green("  + " + path) + "  only in what " + second);
            case "removed" -> lines.add(Style.red("  - " + path) + "  only in what " + first);
            default -> {
                lines.add(Style.yellow("  ~ " + path));
                difference.changes().stream().filter(change -> !change.what().equals("sha256"))
                        .forEach(change -> lines.add("      " + change.what() + ": " + both(change)));
                data(difference.data(), lines);
                hint(difference.hint(), lines);
            }
        }
    }

    private void data(@Nullable FirstByte data, List<String> lines) {
        if (data != null) {
            lines.add(String.format(Locale.ROOT, "      content: differs from byte %,d on; around it", data.offset()));
            lines.add("        " + Style.red(data.a()) + "  " + first);
            lines.add("        " + Style.green(data.b()) + "  " + second);
        }
    }

    private static void hint(@Nullable Hint hint, List<String> lines) {
        if (hint != null) {
            String detail = hint.detail().isEmpty() ? "" : " (" + Text.printable(hint.detail()) + ")";
            lines.add("      " + (hint.seen() ? "because of " : "perhaps because of ") + hint.cause().words() + detail);
        }
    }

    private String both(Change change) {
        return Style.red(shown(change.a())) + " " + first + ", " + Style.green(shown(change.b())) + " " + second;
    }

    private static String shown(@Nullable String value) {
        String text = value == null ? "none" : Text.printable(value);
        return text.length() > 300 ? text.substring(0, 300) + "…" : text;
    }

    /** The stable schema of {@code --json}; what is not there is left out. */
    static Map<String, Object> view(Explanation explanation) {
        return Output.ordered(
                "configuration", changes(explanation.configuration()),
                "enclaveos", explanation.system().stream().map(ExplanationReport::view).toList(),
                "files", explanation.files().stream().map(ExplanationReport::view).toList(),
                "more_files", explanation.moreFiles(),
                "causes", explanation.causes().stream().map(ExplanationReport::name).toList());
    }

    private static Map<String, Object> view(FileDifference difference) {
        Hint hint = difference.hint();
        return Output.ordered("path", difference.path(), "kind", difference.kind(),
                "changes", difference.changes().isEmpty() ? null : changes(difference.changes()),
                "first_difference", EifDiffReport.view(difference.data()),
                "cause", hint == null ? null : name(hint.cause()), "detail", hint == null || hint.detail().isEmpty() ? null : hint.detail(),
                "seen", hint == null ? null : hint.seen());
    }

    private static List<Map<String, Object>> changes(List<Change> changes) {
        return changes.stream().map(change -> Output.ordered("what", change.what(), "a", change.a(), "b", change.b())).toList();
    }

    private static String name(Cause cause) {
        return cause.name().toLowerCase(Locale.ROOT);
    }
}
