package co.caution.project;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a line as a shell would, and stops where a shell would do more than split: nothing here is ever given to a
 * shell, so what only a shell understands must not be passed over in silence.
 */
final class Words {

    record Word(String text, int at) {}

    private Words() {}

    static List<Word> split(String line) throws SyntaxException {
        var words = new ArrayList<Word>();
        var word = new StringBuilder();
        int start = -1;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == ' ' || c == '\t') {
                if (start >= 0) {
                    words.add(new Word(word.toString(), start));
                    word.setLength(0);
                    start = -1;
                }
                continue;
            }
            if (start < 0) {
                start = i;
            }
            switch (c) {
                case '\'' -> i = singleQuoted(line, i, word);
                case '"' -> i = doubleQuoted(line, i, word);
                case '\\' -> {
                    if (++i == line.length()) {
                        throw new SyntaxException(i - 1, "the line ends in a backslash; lines cannot be continued");
                    }
                    word.append(line.charAt(i));
                }
                default -> {
                    refuseShell(line, i, "&|;<>");
                    word.append(c);
                }
            }
        }
        if (start >= 0) {
            words.add(new Word(word.toString(), start));
        }
        return words;
    }

    private static int singleQuoted(String line, int open, StringBuilder word) throws SyntaxException {
        int close = line.indexOf('\'', open + 1);
        if (close < 0) {
            throw new SyntaxException(open, "a single quote is not closed; add the closing '");
        }
        word.append(line, open + 1, close);
        return close;
    }

    private static int doubleQuoted(String line, int open, StringBuilder word) throws SyntaxException {
        for (int i = open + 1; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                return i;
            }
            if (c == '\\' && i + 1 < line.length() && "\"\\$`".indexOf(line.charAt(i + 1)) >= 0) {
                word.append(line.charAt(++i));
                continue;
            }
            refuseShell(line, i, "");
            word.append(c);
        }
        throw new SyntaxException(open, "a double quote is not closed; add the closing \"");
    }

    private static void refuseShell(String line, int i, String operators) throws SyntaxException {
        char c = line.charAt(i);
        String found = null;
        if (operators.indexOf(c) >= 0) {
            boolean twice = i + 1 < line.length() && line.charAt(i + 1) == c;
            found = twice ? "" + c + c : "" + c;
        } else if (c == '`') {
            found = "`";
        } else if (c == '$' && i + 1 < line.length()) {
            char next = line.charAt(i + 1);
            if (next == '(' || next == '{' || next == '_' || Character.isLetter(next)) {
                found = "$" + next;
            }
        }
        if (found != null) {
            throw new SyntaxException(
                    i,
                    "`" + found + "` needs a shell, and no shell reads this line; write sh -c '…' around the command"
                            + " (the image must then hold a shell), or quote it");
        }
    }
}
