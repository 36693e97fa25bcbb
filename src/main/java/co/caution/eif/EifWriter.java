package co.caution.eif;

import co.caution.eif.Section.Type;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Writes images laid out as {@code eif_build} does: kernel, command line, metadata, ramdisks; x86_64, unsigned. Sizes are
 * known first, so one pass writes, sums and measures, in constant memory; the CRC goes into the header at the end.
 */
public final class EifWriter {

    /** Sections are at most 32, and three of them are not ramdisks. */
    private static final int MAX_RAMDISKS = 29;

    private record Part(Section section, Source source, String name) {}

    private interface Source {
        ReadableByteChannel open() throws IOException;
    }

    private final FileChannel file;
    private final ImageDigest digest;
    private final LongConsumer progress;
    private long position;

    private EifWriter(FileChannel file, ImageDigest digest, LongConsumer progress) {
        this.file = file;
        this.digest = digest;
        this.progress = progress;
    }

    /** As {@link #write(Path, Path, String, byte[], List, LongConsumer)}, without telling how far it is. */
    public static Measurements write(Path out, Path kernel, String cmdline, byte[] metadataJson, List<Path> ramdisks)
            throws IOException {
        return write(out, kernel, cmdline, metadataJson, ramdisks, done -> {});
    }

    /**
     * Writes {@code out} beside itself and moves it there when it is whole, replacing a file of that name; on failure that
     * one stays as it was.
     *
     * @param cmdline measured as it is: printable ASCII, without a newline
     * @param metadataJson in no measurement; {@link EifMetadata#json} makes it
     * @param ramdisks 1 to 29, unpacked in this order into one root
     * @param progress is told now and then how many bytes are written
     * @return what the hypervisor will measure
     */
    public static Measurements write(Path out, Path kernel, String cmdline, byte[] metadataJson, List<Path> ramdisks,
            LongConsumer progress) throws IOException {
        checkCmdline(cmdline);
        EifMetadata.check(metadataJson);
        if (ramdisks.isEmpty() || ramdisks.size() > MAX_RAMDISKS) {
            throw new IllegalArgumentException("an image has 1 to 29 ramdisks, not " + ramdisks.size());
        }
        requireFiles(kernel, ramdisks);
        checkSeams(ramdisks);
        List<Part> parts = new ArrayList<>();
        add(parts, Type.KERNEL, kernel);
        add(parts, Type.CMDLINE, cmdline.getBytes(StandardCharsets.US_ASCII));
        add(parts, Type.METADATA, metadataJson);
        for (Path ramdisk : ramdisks) {
            add(parts, Type.RAMDISK, ramdisk);
        }
        return AtomicFile.write(out, file -> {
            try (ImageDigest digest = new ImageDigest(parts.getLast().section.end())) {
                return new EifWriter(file, digest, progress).write(parts);
            }
        });
    }

    private Measurements write(List<Part> parts) throws IOException {
        ByteBuffer header = EifHeader.write(parts.stream().map(Part::section).toList());
        digest.header(header.duplicate().limit(EifHeader.CRC_OFFSET));
        put(header);
        for (Part part : parts) {
            put(part);
        }
        position = EifHeader.CRC_OFFSET;
        put(ByteBuffer.allocate(4).putInt(digest.crc()).rewind());
        return digest.measurements();
    }

    private void put(Part part) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(Section.HEADER)
                .putShort((short) part.section.type().number).putShort((short) 0).putLong(part.section.size()).rewind();
        digest.header(header);
        put(header);
        digest.section(part.section.type());
        try (ReadableByteChannel in = part.source.open()) {
            for (long left = part.section.size(); left > 0; ) {
                ByteBuffer buffer = digest.buffer(left);
                while (buffer.hasRemaining() && in.read(buffer) >= 0) {
                    // A full buffer each time: a pipe gives less.
                }
                if (!buffer.flip().hasRemaining()) {
                    throw new IOException(part.name + " shrank by " + left + " bytes while it was written");
                }
                digest.data();
                left -= buffer.remaining();
                put(buffer);
                progress.accept(position);
            }
            if (in.read(ByteBuffer.allocate(1)) > 0) {
                throw new IOException(part.name + " grew while it was written");
            }
        }
    }

    private void put(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            position += file.write(bytes, position);
        }
    }

    private static void add(List<Part> parts, Type type, byte[] bytes) {
        add(parts, type, bytes.length, () -> Channels.newChannel(new ByteArrayInputStream(bytes)), type.toString());
    }

    private static void add(List<Part> parts, Type type, Path file) throws IOException {
        add(parts, type, Files.size(file), () -> FileChannel.open(file), file.toString());
    }

    private static void add(List<Part> parts, Type type, long size, Source source, String name) {
        long offset = parts.isEmpty() ? EifHeader.SIZE : parts.getLast().section.end();
        parts.add(new Part(new Section(type, offset, size), source, name));
    }

    /** What is not a file has no size that would be known first. */
    private static void requireFiles(Path kernel, List<Path> ramdisks) throws IOException {
        for (Path file : Stream.concat(Stream.of(kernel), ramdisks.stream()).toList()) {
            if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
                throw new IOException(file + " is not a file");
            }
        }
    }

    private static void checkCmdline(String cmdline) {
        boolean printable = cmdline.chars().allMatch(c -> c >= 0x20 && c <= 0x7e);
        if (cmdline.isEmpty() || cmdline.length() > Eif.MAX_CMDLINE || !printable) {
            throw new IllegalArgumentException("the command line is 1 to " + Eif.MAX_CMDLINE
                    + " printable ASCII characters; a newline at its end would be measured: trim it");
        }
    }

    /**
     * A plain archive behind one that does not end at a multiple of four bytes is dropped by the kernel, which then
     * boots on without it (measured on Linux 6.12): measured, but absent.
     */
    private static void checkSeams(List<Path> ramdisks) throws IOException {
        long position = 0;
        for (Path ramdisk : ramdisks) {
            byte[] start;
            try (InputStream in = Files.newInputStream(ramdisk)) {
                start = in.readNBytes(5);
            }
            boolean plain = new String(start, StandardCharsets.ISO_8859_1).equals("07070");
            if (plain && position % 4 != 0) {
                throw new IOException(ramdisk + ": a plain cpio would start at byte " + position
                        + " of the initramfs, where the kernel does not find it;"
                        + " pad the ramdisk before it to a multiple of 4");
            }
            position += Files.size(ramdisk);
        }
    }
}
