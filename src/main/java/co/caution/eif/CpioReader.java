package co.caution.eif;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads one newc archive from a stream, in constant memory. It is strict about the format (magic, digits, terminators,
 * zero padding, nothing but zeros after the trailer) and says nothing about what the names mean: whoever unpacks an
 * archive has to look at them.
 */
public final class CpioReader {

    private static final int HEADER = 110;

    /**
     * One entry as the archive has it.
     *
     * @param offset where its header starts
     * @param mode file type and permissions, {@code st_mode}
     * @param size bytes of data; 0 for a hard link whose data comes with a later name
     * @param target where a symlink points, otherwise empty
     * @param dataOffset where its data starts
     * @param device of the file system that the inode number belongs to
     */
    public record Entry(
            long offset, String name, long inode, int mode, long uid, long gid, long links, long time, long size,
            long major, long minor, String target, long dataOffset, long device) {

        static final int DIRECTORY = 0040000;
        static final int FILE = 0100000;
        static final int SYMLINK = 0120000;

        /** The file type bits of the mode. */
        int type() {
            return mode & 0170000;
        }
    }

    private final InputStream in;
    private final byte[] skipped = new byte[8192];
    private long position;
    private long left;
    private boolean ended;

    public CpioReader(InputStream in) {
        this.in = in;
    }

    /** The next entry, skipping what is left of this one's data; null after the last, when the end was checked too. */
    public @Nullable Entry next() throws IOException {
        if (ended) {
            return null;
        }
        skipData();
        long offset = position;
        byte[] header = exactly(HEADER, "a header");
        if (!new String(header, 0, 6, StandardCharsets.ISO_8859_1).equals("070701")) {
            throw new InvalidCpioException(offset, "the magic is not 070701");
        }
        long[] field = new long[13];
        for (int i = 0; i < field.length; i++) {
            field[i] = hex(header, 6 + 8 * i, offset);
        }
        String name = name(field[11]);
        padding();
        if (field[12] != 0) {
            throw new InvalidCpioException(offset, "the checksum field is not 0");
        }
        if (name.equals(CpioName.TRAILER)) {
            end(field[6]);
            return null;
        }
        String target = "";
        long dataOffset = position;
        left = field[6];
        int mode = (int) field[1];
        if ((field[1] & ~0177777) != 0) {
            throw new InvalidCpioException(offset, "the mode of " + name + " has unknown bits");
        }
        if ((mode & 0170000) == Entry.SYMLINK) {
            target = target(name, offset);
        }
        return new Entry(offset, name, field[0], mode, field[2], field[3], field[4], field[5], field[6], field[9],
                field[10], target, dataOffset, field[7] << 32 | field[8]);
    }

    /** The data of the entry that {@link #next} returned last; it ends with the entry. */
    public InputStream data() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                if (left == 0) {
                    return -1;
                }
                int n = in.read(bytes, from, (int) Math.min(left, length));
                if (n < 0) {
                    throw ends("an entry's data");
                }
                position += n;
                left -= n;
                return n;
            }
        };
    }

    private void skipData() throws IOException {
        InputStream data = data();
        while (data.read(skipped) >= 0) {
            // Skipped by reading: InputStream.skip may go beyond the end of a file.
        }
        padding();
    }

    private String name(long size) throws IOException {
        long at = position;
        if (size < 2 || size > CpioName.MAX) {
            throw new InvalidCpioException(at, "a name of " + size + " bytes, its NUL included; 2 to 4096 are allowed");
        }
        byte[] bytes = exactly((int) size, "a name");
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0 != (i == bytes.length - 1)) {
                throw new InvalidCpioException(at, "a name does not end at its first NUL");
            }
        }
        return utf8(bytes, bytes.length - 1, at);
    }

    private String target(String name, long offset) throws IOException {
        if (left < 1 || left >= CpioName.MAX) {
            throw new InvalidCpioException(offset, "the target of " + name + " has " + left + " bytes, not 1 to 4095");
        }
        byte[] bytes = exactly((int) left, "a symlink's target");
        left = 0;
        return utf8(bytes, bytes.length, offset);
    }

    private void end(long size) throws IOException {
        if (size != 0) {
            throw new InvalidCpioException(position, "the trailer has data");
        }
        for (int n; (n = in.read(skipped)) >= 0; position += n) {
            for (int i = 0; i < n; i++) {
                if (skipped[i] != 0) {
                    throw new InvalidCpioException(position + i, "something follows the trailer");
                }
            }
        }
        ended = true;
    }

    private void padding() throws IOException {
        long at = position;
        for (byte b : exactly((int) (-position & 3), "padding")) {
            if (b != 0) {
                throw new InvalidCpioException(at, "padding is not zero");
            }
        }
    }

    private byte[] exactly(int length, String what) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length != length) {
            position += bytes.length;
            throw ends(what);
        }
        position += length;
        return bytes;
    }

    private InvalidCpioException ends(String what) {
        return new InvalidCpioException(position, "the archive ends inside " + what);
    }

    private static long hex(byte[] header, int from, long offset) throws InvalidCpioException {
        long value = 0;
        for (int i = from; i < from + 8; i++) {
            int digit = Character.digit((char) (header[i] & 0xff), 16);
            if (digit < 0) {
                throw new InvalidCpioException(offset + i, "not a hex digit");
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private static String utf8(byte[] bytes, int length, long at) throws InvalidCpioException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length)).toString();
        } catch (CharacterCodingException e) {
            throw new InvalidCpioException(at, "not UTF-8");
        }
    }
}
