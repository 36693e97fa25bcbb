package co.caution.eif;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one JSON object (RFC 8259, UTF-8, at most 32 levels), or says only whether bytes are one and keeps nothing. */
final class Json {

    /** Stands for every value of what is not kept. */
    private static final Object NOTHING = new Object();

    private static final int MAX_DEPTH = 32;

    private final String text;
    private final boolean kept;
    private int at;

    private Json(String text, boolean kept) {
        this.text = text;
        this.kept = kept;
    }

    static boolean isObject(byte[] bytes) {
        return read(bytes, false) != null;
    }

    /**
     * The members of an object: maps, lists, and the text of everything else as it stands there; of members with one
     * name, the last. Null where the bytes are no JSON object.
     */
    static @Nullable Map<String, Object> object(byte[] bytes) {
        return read(bytes, true);
    }

    private static @Nullable Map<String, Object> read(byte[] bytes, boolean kept) {
        try {
            Json json = new Json(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString(), kept);
            json.space();
            if (json.peek() != '{') {
                return null;
            }
            Map<String, Object> members = new LinkedHashMap<>();
            boolean valid = json.object(members, 0);
            json.space();
            return valid && json.at == json.text.length() ? members : null;
        } catch (CharacterCodingException e) {
            return null;
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

    /** Null where there is none. */
    private @Nullable Object value(int depth) {
        space();
        int start = at;
        Object value = switch (peek()) {
            case '{' -> {
                Map<String, Object> members = kept ? new LinkedHashMap<>(0) : Map.of();
                yield depth < MAX_DEPTH && object(members, depth) ? members : null;
            }
            case '[' -> {
                List<Object> elements = kept ? new ArrayList<>(0) : List.of();
                yield depth < MAX_DEPTH && array(elements, depth) ? elements : null;
            }
            default -> !scalar() ? null : kept ? text.substring(start, at) : NOTHING;
        };
        space();
        return value;
    }

    private boolean scalar() {
        return switch (peek()) {
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        };
    }

    private boolean object(Map<String, Object> into, int depth) {
        at++;
        space();
        if (take('}')) {
            return true;
        }
        do {
            space();
            int start = at;
            if (!string()) {
                return false;
            }
            String key = kept ? text.substring(start + 1, at - 1) : "";
            space();
            Object value = take(':') ? value(depth + 1) : null;
            if (value == null) {
                return false;
            }
            if (kept) {
                into.put(key, value);
            }
        } while (take(','));
        return take('}');
    }

    private boolean array(List<Object> into, int depth) {
        at++;
        space();
        if (take(']')) {
            return true;
        }
        do {
            Object value = value(depth + 1);
            if (value == null) {
                return false;
            }
            if (kept) {
                into.add(value);
            }
        } while (take(','));
        return take(']');
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
