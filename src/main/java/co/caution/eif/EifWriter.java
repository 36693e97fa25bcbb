package co.caution.eif;

import co.caution.eif.Section.Type;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes images laid out as {@code eif_build} does: kernel, command line, metadata, ramdisks; x86_64, unsigned. Sizes are
 * known first, so one pass writes, sums and measures, in constant memory; the CRC goes into the header at the end.
 */
public final class EifWriter {

    /** Sections are at most 32, and three of them are not ramdisks. */
    private static final int MAX_RAMDISKS = 29;

    private static final int CHUNK = 1 << 20;

    private record Part(Section section, CpioEntry.Content content, String name) {}

    private final ImageDigest digest = new ImageDigest();
    private final byte[] buffer = new byte[CHUNK];

    private EifWriter() {}

    /**
     * Writes {@code out}, replacing what is there; on failure it is deleted.
     *
     * @param cmdline measured as it is: printable ASCII, without a newline
     * @param metadataJson in no measurement; {@link EifMetadata#json} makes it
     * @param ramdisks 1 to 29, unpacked in this order into one root
     * @return what the hypervisor will measure
     */
    public static Measurements write(Path out, Path kernel, String cmdline, byte[] metadataJson, List<Path> ramdisks)
            throws IOException {
        checkCmdline(cmdline);
        EifMetadata.check(metadataJson);
        if (ramdisks.isEmpty() || ramdisks.size() > MAX_RAMDISKS) {
            throw new IllegalArgumentException("an image has 1 to 29 ramdisks, not " + ramdisks.size());
        }
        checkSeams(ramdisks);
        List<Part> parts = new ArrayList<>();
        add(parts, Type.KERNEL, file(kernel), kernel.toString());
        add(parts, Type.CMDLINE, CpioEntry.Content.of(cmdline.getBytes(StandardCharsets.US_ASCII)), "command line");
        add(parts, Type.METADATA, CpioEntry.Content.of(metadataJson), "metadata");
        for (Path ramdisk : ramdisks) {
            add(parts, Type.RAMDISK, file(ramdisk), ramdisk.toString());
        }
        try {
            return new EifWriter().write(out, parts);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(out);
            throw e;
        }
    }

    private Measurements write(Path out, List<Part> parts) throws IOException {
        try (FileChannel file = FileChannel.open(out, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer header = EifHeader.write(parts.stream().map(Part::section).toList());
            digest.header(header.array(), EifHeader.CRC_OFFSET);
            put(file, header);
            for (Part part : parts) {
                put(file, part);
            }
            ByteBuffer sum = ByteBuffer.allocate(4).putInt(digest.crc()).rewind();
            file.position(EifHeader.CRC_OFFSET);
            put(file, sum);
        }
        return digest.measurements();
    }

    private void put(FileChannel file, Part part) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(Section.HEADER)
                .putShort((short) part.section.type().number).putShort((short) 0).putLong(part.section.size()).rewind();
        digest.header(header.array(), Section.HEADER);
        put(file, header);
        digest.section(part.section.type());
        long left = part.section.size();
        try (InputStream in = part.content.open()) {
            for (int n; (n = in.readNBytes(buffer, 0, CHUNK)) > 0; left -= n) {
                if (n > left) {
                    throw new IOException(part.name + " grew while it was written");
                }
                digest.data(buffer, n);
                put(file, ByteBuffer.wrap(buffer, 0, n));
            }
        }
        if (left != 0) {
            throw new IOException(part.name + " shrank by " + left + " bytes while it was written");
        }
    }

    private static void put(FileChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    private static void add(List<Part> parts, Type type, CpioEntry.Content content, String name) {
        long offset = parts.isEmpty() ? EifHeader.SIZE : parts.getLast().section.end();
        parts.add(new Part(new Section(type, offset, content.size()), content, name));
    }

    /** A kernel or ramdisk may be named through a symlink: unlike the files of a tree, the caller names these. */
    private static CpioEntry.Content file(Path path) throws IOException {
        return CpioEntry.Content.of(path.toRealPath());
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
