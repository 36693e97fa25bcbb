package co.caution.eif;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** A ramdisk section looked into: a newc archive, plain or in gzip. */
final class Ramdisk implements AutoCloseable {

    /** Unpacked size of a compressed archive: the largest that is looked into. */
    static final long MAX_UNPACKED = 4L << 30;

    private final Region archive;
    private final boolean temporary;
    private final CpioEntries.Source entries;

    private Ramdisk(Region archive, boolean temporary) throws IOException {
        this.archive = archive;
        this.temporary = temporary;
        this.entries = CpioEntries.scan(archive);
    }

    /** @throws InvalidCpioException where it is not such an archive, or a larger one than is looked into */
    static Ramdisk open(Region section) throws IOException {
        return open(section, MAX_UNPACKED);
    }

    static Ramdisk open(Region section, long limit) throws IOException {
        if (!isGzip(section)) {
            return new Ramdisk(section, false);
        }
        Path file = Files.createTempFile("caution", ".cpio");
        FileChannel unpacked = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
        try {
            return new Ramdisk(unpack(section, unpacked, limit), true);
        } catch (IOException | RuntimeException e) {
            unpacked.close();
            throw e;
        }
    }

    static boolean isGzip(Region section) throws IOException {
        try (InputStream in = section.open()) {
            byte[] start = in.readNBytes(2);
            return start.length == 2 && start[0] == 0x1f && start[1] == (byte) 0x8b;
        }
    }

    Region archive() {
        return archive;
    }

    /** In the order of their names. */
    CpioEntries entries() {
        return entries.open();
    }

    Region data(CpioReader.Entry entry) {
        return archive.part(entry.dataOffset(), entry.size());
    }

    @Override
    public void close() throws IOException {
        if (temporary) {
            archive.file().close();
        }
    }

    private static Region unpack(Region section, FileChannel to, long limit) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long size = 0;
        try (InputStream in = new GZIPInputStream(section.open(), buffer.length)) {
            for (int n; (n = in.read(buffer)) >= 0; size += n) {
                if (size + n > limit) {
                    throw new InvalidCpioException("its gzip holds more than " + limit + " bytes");
                }
                for (ByteBuffer left = ByteBuffer.wrap(buffer, 0, n); left.hasRemaining(); ) {
                    to.write(left);
                }
            }
        } catch (ZipException | EOFException e) {
            throw new InvalidCpioException("its gzip is damaged: " + e.getMessage());
        }
        return new Region(to, 0, size);
    }
}
