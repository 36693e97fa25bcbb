package co.caution.paging;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Where a page ended: the list's name and the values that its last row is sorted by, with a NUL between them, which no text
 * in PostgreSQL has, in base64url. It holds nothing that the page did not, and opens nothing: whoever makes one up gets
 * another part of the list that they may see anyway.
 */
final class Cursor {

    private static final String BETWEEN = "\0";
    private static final int LONGEST = 1024;

    private Cursor() {}

    static String write(String list, List<String> key) {
        return Base64.getUrlEncoder().withoutPadding()
                .encodeToString((list + BETWEEN + String.join(BETWEEN, key)).getBytes(StandardCharsets.UTF_8));
    }

    static List<Object> read(String list, List<Keyset.Column> columns, String cursor) {
        try {
            if (cursor.length() > LONGEST) {
                throw new IllegalArgumentException("too long");
            }
            // Strictly: what is no UTF-8 must not reach the database as something else.
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor))).toString();
            String[] parts = text.split(BETWEEN, -1);
            if (parts.length != columns.size() + 1 || !parts[0].equals(list)) {
                throw new IllegalArgumentException("another list's");
            }
            var values = new ArrayList<Object>();
            for (int i = 0; i < columns.size(); i++) {
                values.add(columns.get(i).kind().parse(parts[i + 1]));
            }
            return values;
        } catch (IllegalArgumentException | DateTimeException | CharacterCodingException e) {
            throw new InvalidPageException("This cursor is none of this list's. Take it from the answer's Link header as it is, or begin"
                    + " without one.");
        }
    }
}
