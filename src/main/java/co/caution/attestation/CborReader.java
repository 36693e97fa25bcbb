package co.caution.attestation;

import co.caution.attestation.CborItem.Entry;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one CBOR item that fills its input. Iterative, so that input cannot deepen the stack; a length is compared with what
 * is left before anything is allocated, so that memory stays within a small multiple of the input.
 *
 * <p>Definite and indefinite arrays and maps are read, because genuine documents have both; indefinite strings, tags,
 * floats and reserved forms are refused.
 */
final class CborReader {

    private static final int MAX_DEPTH = 4;
    private static final int MAX_ENTRIES = 64;
    /** Of a whole input: a document has about sixty items, and what cannot be one must not cost memory. */
    private static final int MAX_ITEMS = 1024;
    private static final int BREAK = 0xff;

    private static final class Frame {
        final boolean map;
        /** Items still to come, or −1 where a break ends them. */
        int left;
        final List<CborItem> items = new ArrayList<>();

        Frame(boolean map, int left) {
            this.map = map;
            this.left = left;
        }
    }

    private final byte[] bytes;
    private final Deque<Frame> open = new ArrayDeque<>();
    private final boolean booleans;
    private int at;
    private int items;

    private CborReader(byte[] bytes, int from, boolean booleans) {
        this.bytes = bytes;
        this.at = from;
        this.booleans = booleans;
    }

    /** Reads a message of the security module, in which there are booleans. */
    static CborItem read(byte[] bytes) throws InvalidCborException {
        return read(bytes, 0, true);
    }

    /** Reads the item of a document, in which null is the only simple value, from {@code from} to the end of the input. */
    static CborItem readDocument(byte[] bytes, int from) throws InvalidCborException {
        return read(bytes, from, false);
    }

    private static CborItem read(byte[] bytes, int from, boolean booleans) throws InvalidCborException {
        CborReader reader = new CborReader(bytes, from, booleans);
        CborItem item = reader.item();
        if (reader.at != bytes.length) {
            throw reader.error("something follows the item");
        }
        return item;
    }

    private CborItem item() throws InvalidCborException {
        while (true) {
            CborItem item = next();
            // A complete item may complete the containers around it.
            while (item != null) {
                Frame frame = open.peek();
                if (frame == null) {
                    return item;
                }
                add(frame, item);
                item = frame.left == 0 ? close() : null;
            }
        }
    }

    /** The next complete item, or null where a container was opened that is not complete yet. */
    private @Nullable CborItem next() throws InvalidCborException {
        int start = at;
        if (++items > MAX_ITEMS) {
            throw error("more than " + MAX_ITEMS + " items");
        }
        int head = byteAt();
        if (head == BREAK) {
            Frame frame = open.peek();
            if (frame == null || frame.left != -1) {
                throw error(start, "a break outside of an indefinite container");
            }
            return close();
        }
        int type = head >> 5;
        int info = head & 31;
        if (type == 7) {
            return simple(start, info);
        }
        if (info == 31 && (type == 4 || type == 5)) {
            return enter(start, type == 5, -1);
        }
        long argument = argument(start, info);
        return switch (type) {
            case 0 -> new CborItem.Unsigned(argument);
            case 1 -> new CborItem.Negative(argument);
            case 2 -> new CborItem.Bytes(string(start, argument));
            case 3 -> new CborItem.Text(text(start, argument));
            case 4, 5 -> {
                if (argument < 0 || argument > MAX_ENTRIES) {
                    throw error(start, "a container of more than " + MAX_ENTRIES + " entries");
                }
                yield enter(start, type == 5, (int) argument * (type == 5 ? 2 : 1));
            }
            default -> throw error(start, "a tag");
        };
    }

    private @Nullable CborItem enter(int start, boolean map, int items) throws InvalidCborException {
        if (open.size() == MAX_DEPTH) {
            throw error(start, "containers deeper than " + MAX_DEPTH);
        }
        if (items > bytes.length - at) {
            throw error(start, "a container of more entries than there are bytes");
        }
        open.push(new Frame(map, items));
        return items == 0 ? close() : null;
    }

    private void add(Frame frame, CborItem item) throws InvalidCborException {
        boolean key = frame.map && frame.items.size() % 2 == 0;
        if (key && !(item instanceof CborItem.Text) && !(item instanceof CborItem.Unsigned)) {
            throw error("a map key that is neither text nor an unsigned integer");
        }
        if (frame.items.size() == MAX_ENTRIES * (frame.map ? 2 : 1)) {
            throw error("a container of more than " + MAX_ENTRIES + " entries");
        }
        frame.items.add(item);
        if (frame.left != -1) {
            frame.left--;
        }
    }

    private CborItem close() throws InvalidCborException {
        Frame frame = open.pop();
        if (!frame.map) {
            return new CborItem.Array(List.copyOf(frame.items));
        }
        if (frame.items.size() % 2 != 0) {
            throw error("a map ends behind a key");
        }
        Set<CborItem> keys = new HashSet<>();
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < frame.items.size(); i += 2) {
            CborItem key = frame.items.get(i);
            if (!keys.add(key)) {
                throw error("a map has a key twice");
            }
            entries.add(new Entry(key, frame.items.get(i + 1)));
        }
        return new CborItem.Mapping(List.copyOf(entries));
    }

    private CborItem simple(int start, int info) throws InvalidCborException {
        return switch (info) {
            case 20, 21 -> {
                if (!booleans) {
                    throw error(start, "a boolean");
                }
                yield new CborItem.Bool(info == 21);
            }
            case 22 -> new CborItem.Null();
            case 25, 26, 27 -> throw error(start, "a float");
            default -> throw error(start, "a simple value other than null");
        };
    }

    private long argument(int start, int info) throws InvalidCborException {
        if (info < 24) {
            return info;
        }
        if (info > 27) {
            throw error(start, info == 31 ? "an indefinite string" : "reserved additional information " + info);
        }
        long value = 0;
        for (int i = 0; i < 1 << info - 24; i++) {
            value = value << 8 | byteAt();
        }
        return value;
    }

    private byte[] string(int start, long length) throws InvalidCborException {
        if (length < 0 || length > bytes.length - at) {
            throw error(start, "a string of " + Long.toUnsignedString(length) + " bytes, "
                    + (bytes.length - at) + " are left");
        }
        byte[] string = new byte[(int) length];
        System.arraycopy(bytes, at, string, 0, string.length);
        at += string.length;
        return string;
    }

    private String text(int start, long length) throws InvalidCborException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(string(start, length))).toString();
        } catch (CharacterCodingException e) {
            throw error(start, "text that is not UTF-8");
        }
    }

    private int byteAt() throws InvalidCborException {
        if (at == bytes.length) {
            throw error("the input ends inside an item");
        }
        return bytes[at++] & 0xff;
    }

    private InvalidCborException error(String message) {
        return error(at, message);
    }

    private static InvalidCborException error(int offset, String message) {
        return new InvalidCborException(offset, message);
    }
}
