package co.caution.project;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Every entry of an app's root file system: the side file whose SHA-256 is the manifest's {@code files}. ASCII, one line
 * each, {@code type mode uid gid size content path}, behind a first line that says so; sorted by the bytes of the paths.
 *
 * <pre>
 * caution files 1
 * d 0755 0 0 0 - /
 * f 0755 1000 1000 880648 (SHA-256 in hex) /hello
 * l 0777 0 0 5 hello /greet
 * h 0755 1000 1000 880648 /hello /the\x20same
 * </pre>
 *
 * <p>{@code content} is a file's digest, a symlink's target, or the first of a file's names where this is another of
 * them. Of paths and targets each byte that is not a printable ASCII character, blanks and the backslash itself are
 * {@code \xHH}: no name can pretend to be a line, a field or a command to a terminal.
 */
public record FileList(List<Entry> entries) {

    /** What a platform serves and a verifier fetches at most. */
    public static final int MAX_BYTES = 64 << 20;

    /** The order of the lines, which is that of the archive. */
    public static final Comparator<String> BY_BYTES = (a, b) ->
            Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    private static final String HEADER = "caution files 1\n";
    private static final String PRINTED = "\\x%02x";

    public enum Type {
        DIRECTORY,
        FILE,
        SYMLINK,
        HARD_LINK;

        private static final String LETTERS = "dflh";
    }

    /**
     * @param path from the root, which is {@code /}
     * @param mode permission bits
     * @param size bytes; of a symlink its target's
     * @param content SHA-256 in hex, target, first name, or {@code -} for a directory
     */
    public record Entry(Type type, int mode, long uid, long gid, long size, String content, String path) {

        private String line() {
            return "%c %04o %d %d %d %s %s\n".formatted(
                    Type.LETTERS.charAt(type.ordinal()), mode, uid, gid, size, escaped(content), escaped(path));
        }

        private static Entry of(String line) throws ManifestException {
            String[] fields = line.split(" ", -1);
            int type = fields[0].length() == 1 ? Type.LETTERS.indexOf(fields[0]) : -1;
            try {
                if (fields.length == 7 && type >= 0) {
                    return new Entry(Type.values()[type], Integer.parseInt(fields[1], 8), Long.parseLong(fields[2]),
                            Long.parseLong(fields[3]), Long.parseLong(fields[4]), plain(fields[5]), plain(fields[6]));
                }
            } catch (IllegalArgumentException | IndexOutOfBoundsException | CharacterCodingException e) {
                // Said below.
            }
            throw new ManifestException("the list of files has a line that is none");
        }
    }

    public FileList {
        entries = List.copyOf(entries);
    }

    public byte[] toBytes() {
        var text = new StringBuilder(HEADER);
        entries.forEach(entry -> text.append(entry.line()));
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** @throws ManifestException if the bytes are not exactly what {@link #toBytes()} would have written, or out of order */
    public static FileList parse(byte[] bytes) throws ManifestException {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (bytes.length > MAX_BYTES || !text.startsWith(HEADER)) {
            throw new ManifestException("the list of files is " + (bytes.length > MAX_BYTES ? "larger than 64 MiB" : "not of version 1"));
        }
        var entries = new ArrayList<Entry>();
        for (String line : text.substring(HEADER.length()).lines().toList()) {
            Entry entry = Entry.of(line);
            if (!entries.isEmpty() && BY_BYTES.compare(entries.getLast().path(), entry.path()) >= 0) {
                throw new ManifestException("the list of files is not in order");
            }
            entries.add(entry);
        }
        var list = new FileList(entries);
        if (!Arrays.equals(list.toBytes(), bytes)) {
            throw new ManifestException("the list of files is not in its one form");
        }
        return list;
    }

    private static String escaped(String name) {
        var out = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            if (b > ' ' && b < 0x7f && b != '\\') {
                out.append((char) b);
            } else {
                out.append(PRINTED.formatted(b & 0xff));
            }
        }
        return out.toString();
    }

    private static String plain(String escaped) throws CharacterCodingException {
        ByteBuffer bytes = ByteBuffer.allocate(escaped.length());
        for (int i = 0; i < escaped.length(); i++) {
            if (escaped.charAt(i) == '\\') {
                bytes.put((byte) Integer.parseInt(escaped, i + 2, i + 4, 16));
                i += 3;
            } else {
                bytes.put((byte) escaped.charAt(i));
            }
        }
        return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    }
}
