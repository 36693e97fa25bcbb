package co.caution.eif;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * One name in a newc archive, as its author wants it; {@link CpioArchive} decides inode numbers and link counts.
 *
 * @param name path without a leading slash, components separated by {@code /}
 * @param permissions the low twelve bits of the mode
 * @param uid numeric owner; there are no owner names in the format
 * @param content data of a file, empty for everything else
 * @param target where a symlink points, or the file that a hard link shares; empty for everything else
 */
public record CpioEntry(
        String name, Type type, int permissions, int uid, int gid, Content content, String target, int major, int minor) {

    /** What an entry is; a hard link becomes one more name of a regular file. */
    public enum Type {
        DIRECTORY(0040000),
        FILE(0100000),
        SYMLINK(0120000),
        CHARACTER_DEVICE(0020000),
        BLOCK_DEVICE(0060000),
        HARD_LINK(0100000);

        /** The file type bits of {@code st_mode}. */
        final int bits;

        Type(int bits) {
            this.bits = bits;
        }
    }

    private static final int ALL_PERMISSIONS = 0777;

    public CpioEntry {
        if ((permissions & ~07777) != 0) {
            throw new IllegalArgumentException(
                    name + ": permissions " + Integer.toOctalString(permissions) + " exceed 7777");
        }
        if (uid < 0 || gid < 0 || major < 0 || minor < 0) {
            throw new IllegalArgumentException(name + ": owner and device numbers are not negative");
        }
    }

    public static CpioEntry directory(String name, int permissions, int uid, int gid) {
        return new CpioEntry(name, Type.DIRECTORY, permissions, uid, gid, Content.NONE, "", 0, 0);
    }

    public static CpioEntry file(String name, int permissions, int uid, int gid, Content content) {
        return new CpioEntry(name, Type.FILE, permissions, uid, gid, content, "", 0, 0);
    }

    public static CpioEntry file(String name, int permissions, int uid, int gid, byte[] bytes) {
        return file(name, permissions, uid, gid, Content.of(bytes));
    }

    public static CpioEntry symlink(String name, String target, int uid, int gid) {
        return new CpioEntry(name, Type.SYMLINK, ALL_PERMISSIONS, uid, gid, Content.NONE, target, 0, 0);
    }

    /**
     * A device node, owned by root.
     *
     * @param type {@code c} or {@code b}
     */
    public static CpioEntry device(String name, int permissions, char type, int major, int minor) {
        Type kind = switch (type) {
            case 'c' -> Type.CHARACTER_DEVICE;
            case 'b' -> Type.BLOCK_DEVICE;
            default -> throw new IllegalArgumentException(name + ": a device is 'c' or 'b', not '" + type + "'");
        };
        return new CpioEntry(name, kind, permissions, 0, 0, Content.NONE, "", major, minor);
    }

    /** One more name for the file {@code to} of the same archive, which gives it mode and owner. */
    public static CpioEntry hardLink(String name, String to) {
        return new CpioEntry(name, Type.HARD_LINK, 0, 0, 0, Content.NONE, to, 0, 0);
    }

    /** Data that is opened when it is written, so that an archive never has to fit into memory. */
    public interface Content {

        Content NONE = of(new byte[0]);

        /** Bytes that {@link #open} will give; another number is an error when the archive is written. */
        long size();

        InputStream open() throws IOException;

        /**
         * The content of a regular file. A symlink is refused: it could bring a file of the host into an image.
         *
         * @throws UncheckedIOException where the file cannot be read or is not a regular file
         */
        static Content of(Path file) {
            long size;
            try {
                BasicFileAttributes attributes =
                        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                if (!attributes.isRegularFile()) {
                    throw new IOException(file + " is not a regular file");
                }
                size = attributes.size();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new Content() {
                @Override
                public long size() {
                    return size;
                }

                @Override
                public InputStream open() throws IOException {
                    return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
                }
            };
        }

        static Content of(byte[] bytes) {
            byte[] copy = bytes.clone();
            return new Content() {
                @Override
                public long size() {
                    return copy.length;
                }

                @Override
                public InputStream open() {
                    return new ByteArrayInputStream(copy);
                }
            };
        }
    }
}
