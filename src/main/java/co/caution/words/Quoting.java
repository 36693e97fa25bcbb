package co.caution.words;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parts a line into words as a shell would that expands nothing: blanks part them, {@code '…'}, {@code "…"} and {@code \}
 * keep characters together. What a shell would act upon is refused, for whoever writes it expects something to happen.
 */
final class Quoting {

    static final int LONGEST = 4096;
    private static final int MOST_WORDS = 32;
    private static final String ACTED_UPON = "$`;&|<>(){}*?!#~\n";
    private static final String ESCAPED_IN_QUOTES = "\"\\$`";

    private final String line;
    private int at;

    private Quoting(String line) {
        this.line = line;
    }

    /** @throws UsageException where the line is not understood */
    static List<String> words(String line) {
        if (line.length() > LONGEST) {
            throw new UsageException("this command is longer than " + LONGEST + " characters");
        }
        if (line.codePoints().anyMatch(Character::isISOControl)) {
            throw new UsageException("this command has control characters in it");
        }
        return new Quoting(line).words();
    }

    private List<String> words() {
        var words = new ArrayList<String>();
        for (String word = next(); word != null; word = next()) {
            if (words.size() == MOST_WORDS) {
                throw new UsageException("this command has more than " + MOST_WORDS + " words");
            }
            words.add(word);
        }
        return words;
    }

    private @Nullable String next() {
        while (at < line.length() && line.charAt(at) == ' ') {
            at++;
        }
        if (at == line.length()) {
            return null;
        }
        var word = new StringBuilder();
        while (at < line.length() && line.charAt(at) != ' ') {
            char c = line.charAt(at++);
            switch (c) {
                case '\'' -> {
                    int end = end(c);
                    word.append(line, at, end);
                    at = end + 1;
                }
                case '"' -> quoted(word);
                case '\\' -> word.append(escaped());
                default -> {
                    if (ACTED_UPON.indexOf(c) >= 0) {
                        throw new UsageException("no shell runs here: put '" + c + "' between quotes if it is meant");
                    }
                    word.append(c);
                }
            }
        }
        return word.toString();
    }

    private void quoted(StringBuilder word) {
        int end = end('"');
        while (at < end) {
            char c = line.charAt(at++);
            if (c == '\\' && ESCAPED_IN_QUOTES.indexOf(line.charAt(at)) >= 0) {
                c = escaped();
            } else if (c == '$' || c == '`') {
                throw new UsageException("no shell runs here: put '" + c + "' between single quotes if it is meant");
            }
            word.append(c);
        }
        at++;
    }

    private char escaped() {
        if (at == line.length()) {
            throw new UsageException("this command ends with a backslash");
        }
        return line.charAt(at++);
    }

    /** Where the quotes end that have just begun. */
    private int end(char quote) {
        for (int i = at; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == quote) {
                return i;
            }
            if (quote == '"' && c == '\\') {
                i++;
            }
        }
        throw new UsageException("a quotation mark is missing");
    }
}
