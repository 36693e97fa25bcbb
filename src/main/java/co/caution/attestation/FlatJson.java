package co.caution.attestation;

import java.util.ArrayList;
import java.util.List;

/** The JSON of a PCR file: one object of plain strings, or that object under the key {@code Measurements}. */
final class FlatJson {

    /** One member with the line on which its key stands. */
    record Member(int line, String key, String value) {}

    private final String text;
    private int at;
    private int line = 1;

    FlatJson(String text) {
        this.text = text;
    }

    List<Member> members() throws InvalidPcrFileException {
        List<Member> members = new ArrayList<>();
        take('{');
        if (nested()) {
            object(members);
            take('}');
        } else {
            object(members);
        }
        space();
        if (at != text.length()) {
            throw error("something follows the object");
        }
        return members;
    }

    /** Whether the first key is {@code Measurements}; then the inner object is open. */
    private boolean nested() throws InvalidPcrFileException {
        space();
        if (!text.startsWith("\"Measurements\"", at)) {
            return false;
        }
        string();
        take(':');
        take('{');
        return true;
    }

    private void object(List<Member> members) throws InvalidPcrFileException {
        do {
            space();
            int where = line;
            String key = string();
            take(':');
            members.add(new Member(where, key, string()));
        } while (taken(','));
        take('}');
    }

    private String string() throws InvalidPcrFileException {
        take('"');
        int end = text.indexOf('"', at);
        if (end < 0) {
            throw error("a string does not end");
        }
        String string = text.substring(at, end);
        if (string.indexOf('\\') >= 0 || string.chars().anyMatch(c -> c < 0x20)) {
            throw error("a string with an escape or a control character");
        }
        at = end + 1;
        return string;
    }

    private void take(char c) throws InvalidPcrFileException {
        if (!taken(c)) {
            throw error("'" + c + "' is expected here");
        }
    }

    private boolean taken(char c) {
        space();
        boolean here = at < text.length() && text.charAt(at) == c;
        at += here ? 1 : 0;
        return here;
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            line += text.charAt(at++) == '\n' ? 1 : 0;
        }
    }

    private InvalidPcrFileException error(String message) {
        return new InvalidPcrFileException(line, message);
    }
}
