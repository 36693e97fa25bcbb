package co.caution.eif;

import static co.caution.eif.EifHeader.require;

import co.caution.eif.Section.Type;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads an image strictly. AWS's reader walks the file to its end and ignores the offsets; QEMU follows the offsets and
 * accepts gaps and overlaps. Only a file on which both must agree is accepted, so that one image cannot mean two things.
 */
final class EifReader {

    private static final int MAX_SIGNATURE = 32_768;

    private final Path file;
    private final LongConsumer progress;
    private final List<Section> sections = new ArrayList<>();
    private byte[] cmdline = {};
    private byte[] metadata = {};
    private byte @Nullable [] signer;

    /** @param progress is told how many bytes are done */
    EifReader(Path file, LongConsumer progress) {
        this.file = file;
        this.progress = progress;
    }

    Eif read() throws IOException {
        try (FileChannel in = FileChannel.open(file)) {
            long size = in.size();
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(EifHeader.SIZE, size));
            fill(in, bytes, 0);
            require(bytes.capacity() == EifHeader.SIZE, size, "a header has 548 bytes", "a file of " + size);
            EifHeader header = EifHeader.read(bytes, size);
            try (ImageDigest digest = new ImageDigest(size)) {
                digest.header(bytes.limit(EifHeader.CRC_OFFSET));
                for (EifHeader.Extent extent : header.extents()) {
                    Section section = sectionHeader(in, digest, extent);
                    sections.add(section);
                    check(section, data(in, digest, section));
                }
                require(in.size() == size, size, "the file does not change while it is read", "another size");
                requireCounts(size);
                require(header.crc() == digest.crc(), EifHeader.CRC_OFFSET,
                        "the CRC-32 is " + String.format("%08x", digest.crc()), String.format("%08x", header.crc()));
                return new Eif(file, header, sections, cmdline, metadata, digest.measurements(), signer);
            }
        }
    }

    private Section sectionHeader(FileChannel in, ImageDigest digest, EifHeader.Extent extent) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(Section.HEADER);
        fill(in, header, extent.offset());
        digest.header(header);
        int number = Short.toUnsignedInt(header.getShort());
        int flags = Short.toUnsignedInt(header.getShort());
        long size = header.getLong();
        require(flags == 0, extent.offset() + 2, "section flags are 0", "" + flags);
        require(size == extent.size(), extent.offset() + 4, "the size is the header's, " + extent.size(),
                Long.toUnsignedString(size));
        for (Type type : Type.values()) {
            if (type.number == number) {
                requireOrder(type, extent);
                return new Section(type, extent.offset(), size);
            }
        }
        throw new InvalidEifException(extent.offset(), "the section type is 1 to 5", "" + number);
    }

    private void requireOrder(Type type, EifHeader.Extent extent) throws InvalidEifException {
        require(type == Type.RAMDISK || count(type) == 0, extent.offset(), "there is one " + type + " section", "another");
        require(type != Type.RAMDISK || count(Type.KERNEL) == 1, extent.offset(), "ramdisks come after the kernel",
                "a ramdisk before it");
        int limit = switch (type) {
            case CMDLINE -> Eif.MAX_CMDLINE;
            case METADATA -> EifMetadata.MAX_SIZE;
            case SIGNATURE -> MAX_SIGNATURE;
            case KERNEL, RAMDISK -> Integer.MAX_VALUE;
        };
        require(limit == Integer.MAX_VALUE || extent.size() <= limit, extent.offset() + 4,
                "a " + type + " section has at most " + limit + " bytes", "" + extent.size());
    }

    /** Sums and measures a section's data, and gives that of a small one. */
    private byte[] data(FileChannel in, ImageDigest digest, Section section) throws IOException {
        digest.section(section.type());
        boolean kept = section.type() != Type.KERNEL && section.type() != Type.RAMDISK;
        ByteArrayOutputStream keep = new ByteArrayOutputStream();
        for (long at = section.dataOffset(); at < section.end(); ) {
            ByteBuffer buffer = digest.buffer(section.end() - at);
            fill(in, buffer, at);
            digest.data();
            at += buffer.remaining();
            if (kept) {
                byte[] bytes = new byte[buffer.remaining()];
                buffer.get(bytes);
                keep.writeBytes(bytes);
            }
            progress.accept(at);
        }
        return keep.toByteArray();
    }

    private void check(Section section, byte[] data) throws InvalidEifException {
        switch (section.type()) {
            case CMDLINE -> {
                cmdline = data;
                for (int i = 0; i < data.length; i++) {
                    require(data[i] != 0, section.dataOffset() + i, "the command line has no NUL", "one");
                }
            }
            case METADATA -> {
                metadata = data;
                require(Json.isObject(data), section.dataOffset(), "the metadata is a JSON object", "something else");
            }
            case SIGNATURE -> {
                signer = SignatureSection.certificate(data);
                require(signer != null, section.dataOffset(), "a signature section holds certificates and signatures",
                        "something else");
            }
            case KERNEL, RAMDISK -> {}
        }
    }

    private static void fill(FileChannel in, ByteBuffer buffer, long offset) throws IOException {
        for (long at = offset; buffer.hasRemaining(); ) {
            int n = in.read(buffer, at);
            require(n > 0, at, "the file does not change while it is read", "its end");
            at += n;
        }
        buffer.flip();
    }

    private void requireCounts(long size) throws InvalidEifException {
        for (Type type : List.of(Type.KERNEL, Type.CMDLINE, Type.METADATA, Type.RAMDISK)) {
            require(count(type) > 0, size, "there is a " + type + " section", "none");
        }
    }

    private long count(Type type) {
        return sections.stream().filter(s -> s.type() == type).count();
    }
}
