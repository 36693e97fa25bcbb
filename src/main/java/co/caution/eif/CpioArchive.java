package co.caution.eif;

import co.caution.eif.CpioEntry.Type;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes newc archives ("070701", the kernel's {@code Documentation/driver-api/early-userspace/buffer-format.rst}) that
 * depend on their entries alone: sorted by the bytes of the UTF-8 name, modification time 0, inodes numbered from 1,
 * device numbers 0, padded with zeros to 512 bytes. Every directory is an entry of its own; none is made up.
 */
public final class CpioArchive {

    private static final int BLOCK = 512;

    private CpioArchive() {}

    /**
     * Writes an archive and leaves the stream open.
     *
     * @throws InvalidCpioException where an entry breaks a rule; nothing was written then, except when a content did not
     *     have the size that it claimed
     */
    public static void write(OutputStream out, Collection<CpioEntry> entries) throws IOException {
        write(null, out, entries);
    }

    /** As {@link #write}, and refuses what is neither the directory {@code prefix} nor below it. */
    public static void writeUnder(String prefix, OutputStream out, Collection<CpioEntry> entries) throws IOException {
        write(prefix, out, entries);
    }

    private static void write(@Nullable String prefix, OutputStream out, Collection<CpioEntry> entries)
            throws IOException {
        List<CpioTree.Node> nodes = CpioTree.of(prefix, entries);
        Sink sink = new Sink(out);
        for (CpioTree.Node node : nodes) {
            CpioEntry source = node.source();
            int mode = source.type().bits | source.permissions();
            sink.header(node.name(), node.inode(), mode, source.uid(), source.gid(), node.links(), node.size(),
                    source.major(), source.minor());
            sink.bytes(node.target(), node.target().length);
            if (source.type() == Type.FILE && node.withData()) {
                sink.content(source);
            }
            sink.pad(4);
        }
        sink.header(CpioName.TRAILER.getBytes(StandardCharsets.US_ASCII), 0, 0, 0, 0, 1, 0, 0, 0);
        sink.pad(BLOCK);
    }

    /** Counts what it writes, because newc pads by position. */
    private static final class Sink {

        private static final HexFormat HEX = HexFormat.of().withUpperCase();

        private final OutputStream out;
        private final byte[] buffer = new byte[1 << 16];
        private long position;

        Sink(OutputStream out) {
            this.out = out;
        }

        void header(byte[] name, int inode, int mode, int uid, int gid, int links, long size, int major, int minor)
                throws IOException {
            StringBuilder header = new StringBuilder(110).append("070701");
            long[] fields = {inode, mode, uid, gid, links, 0, size, 0, 0, major, minor, name.length + 1, 0};
            for (long field : fields) {
                header.append(HEX.toHexDigits(field, 8));
            }
            bytes(header.toString().getBytes(StandardCharsets.US_ASCII), 110);
            bytes(name, name.length);
            bytes(new byte[1], 1);
            pad(4);
        }

        void content(CpioEntry file) throws IOException {
            long size = file.content().size();
            long written = 0;
            try (InputStream in = file.content().open()) {
                for (int n; (n = in.read(buffer)) >= 0; written += n) {
                    if (written + n > size) {
                        throw new InvalidCpioException(file.name() + ": its content grew beyond " + size + " bytes");
                    }
                    bytes(buffer, n);
                }
            }
            if (written != size) {
                throw new InvalidCpioException(
                        file.name() + ": its content has " + written + " bytes instead of " + size);
            }
        }

        void pad(int to) throws IOException {
            int missing = (int) (-position & (to - 1));
            bytes(new byte[missing], missing);
        }

        void bytes(byte[] bytes, int length) throws IOException {
            out.write(bytes, 0, length);
            position += length;
        }
    }
}
