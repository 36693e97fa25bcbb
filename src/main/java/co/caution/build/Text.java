package co.caution.build;

import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Text from elsewhere, made fit for a log and a terminal. */
public final class Text {

    static final int MAX_LINE = 4096;

    /** ECMA-48 control sequences and the string-like ones of terminals. */
    private static final Pattern ESCAPES =
            Pattern.compile("\u001b(?:\\[[0-?]*[ -/]*[@-~]|[\\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\\\)?|[ -/]*[0-~])?");

    private Text() {}

    /** Each line as {@link #printable} has it. */
    public static String printableLines(String text) {
        return text.lines().map(Text::printable).collect(Collectors.joining("\n"));
    }

    /** For the middle of a message: what others wrote must not look like a line of ours. */
    public static String oneLine(@Nullable String text) {
        return printable(String.valueOf(text).strip().replaceAll("[\\r\\n]+", " "));
    }

    /** Without control characters, and at most {@link #MAX_LINE} characters. */
    public static String printable(String text) {
        String cut = text.length() > 4 * MAX_LINE ? text.substring(0, 4 * MAX_LINE) : text;
        var out = new StringBuilder();
        for (char c : ESCAPES.matcher(cut).replaceAll("").toCharArray()) {
            if (out.length() == MAX_LINE) {
                return out.append('…').toString();
            }
            if (c == '\t') {
                out.append("    ");
            } else if (c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069) {
                out.append('\ufffd'); // direction overrides make a line read as something else
            } else if (!Character.isISOControl(c)) {
                out.append(c);
            }
        }
        return out.toString();
    }
}
