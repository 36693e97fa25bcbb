package co.caution.eif;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Says whether bytes are one JSON value (RFC 8259, UTF-8, at most 32 levels); it keeps nothing of it. */
final class Json {

    private static final int MAX_DEPTH = 32;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    static boolean isObject(byte[] bytes) {
        try {
            Json json = new Json(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
            json.space();
            boolean object = json.peek() == '{';
            return object && json.value(0) && json.at == json.text.length();
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    static String quote(String value) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : value.toCharArray()) {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (c < 0x20 || Character.isSurrogate(c)) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }

    private boolean value(int depth) {
        space();
        boolean valid = switch (peek()) {
            case '{' -> depth < MAX_DEPTH && container('}', true, depth);
            case '[' -> depth < MAX_DEPTH && container(']', false, depth);
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        };
        space();
        return valid;
    }

    private boolean container(char end, boolean keys, int depth) {
        at++;
        space();
        if (take(end)) {
            return true;
        }
        do {
            space();
            if (keys) {
                if (!string()) {
                    return false;
                }
                space();
                if (!take(':')) {
                    return false;
                }
            }
            if (!value(depth + 1)) {
                return false;
            }
        } while (take(','));
        return take(end);
    }

    private boolean string() {
        if (!take('"')) {
            return false;
        }
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return true;
            }
            if (c < 0x20 || c == '\\' && !escape()) {
                return false;
            }
        }
        return false;
    }

    private boolean escape() {
        char c = peek();
        at++;
        if (c != 'u') {
            return "\"\\/bfnrt".indexOf(c) >= 0;
        }
        for (int i = 0; i < 4; i++) {
            if (Character.digit(peek(), 16) < 0) {
                return false;
            }
            at++;
        }
        return true;
    }

    private boolean number() {
        take('-');
        boolean integer = take('0') || digits();
        if (!integer || take('.') && !digits()) {
            return false;
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (!take('+')) {
                take('-');
            }
            return digits();
        }
        return true;
    }

    private boolean digits() {
        int start = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        return at > start;
    }

    private boolean word(String word) {
        boolean here = text.startsWith(word, at);
        at += here ? word.length() : 0;
        return here;
    }

    private boolean take(char c) {
        boolean here = peek() == c;
        at += here ? 1 : 0;
        return here;
    }

    private void space() {
        while (" \t\r\n".indexOf(peek()) >= 0) {
            at++;
        }
    }

    /** The character here, or U+FFFF, which no valid JSON has outside of a string. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : '\uffff';
    }
}
