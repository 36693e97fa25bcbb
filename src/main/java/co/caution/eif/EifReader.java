package co.caution.eif;

import static co.caution.eif.EifHeader.require;

import co.caution.eif.Section.Type;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads an image strictly. AWS's reader walks the file to its end and ignores the offsets; QEMU follows the offsets and
 * accepts gaps and overlaps. Only a file on which both must agree is accepted, so that one image cannot mean two things.
 */
final class EifReader {

    private static final int CHUNK = 1 << 20;
    private static final int MAX_SIGNATURE = 32_768;

    private final Path file;
    private final ImageDigest digest = new ImageDigest();
    private byte[] buffer = {};
    private final List<Section> sections = new ArrayList<>();
    private byte[] cmdline = {};
    private byte[] metadata = {};
    private byte @Nullable [] signer;

    EifReader(Path file) {
        this.file = file;
    }

    Eif read() throws IOException {
        long size = Files.size(file);
        try (InputStream in = Files.newInputStream(file)) {
            ByteBuffer header = ByteBuffer.wrap(in.readNBytes(EifHeader.SIZE));
            require(header.capacity() == EifHeader.SIZE, header.capacity(), "a header has 548 bytes",
                    "a file of " + header.capacity());
            List<EifHeader.Extent> extents = EifHeader.read(header, size);
            buffer = new byte[(int) Math.min(CHUNK, size)];
            digest.header(header.array(), EifHeader.CRC_OFFSET);
            for (EifHeader.Extent extent : extents) {
                Section section = sectionHeader(in, extent);
                sections.add(section);
                data(in, section);
            }
            require(in.read() < 0, size, "the file does not change while it is read", "more bytes");
            requireCounts(size);
            int stored = header.getInt(EifHeader.CRC_OFFSET);
            require(stored == digest.crc(), EifHeader.CRC_OFFSET,
                    "the CRC-32 is " + String.format("%08x", digest.crc()), String.format("%08x", stored));
            return new Eif(file, EifHeader.aarch64(header), sections, cmdline, metadata, digest.measurements(), signer);
        }
    }

    private Section sectionHeader(InputStream in, EifHeader.Extent extent) throws IOException {
        byte[] bytes = in.readNBytes(Section.HEADER);
        require(bytes.length == Section.HEADER, extent.offset(), "the file does not change while it is read", "its end");
        digest.header(bytes, bytes.length);
        ByteBuffer header = ByteBuffer.wrap(bytes);
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

    private void data(InputStream in, Section section) throws IOException {
        digest.section(section.type());
        boolean kept = section.type() != Type.KERNEL && section.type() != Type.RAMDISK;
        ByteArrayOutputStream keep = new ByteArrayOutputStream();
        for (long left = section.size(); left > 0; ) {
            int n = in.readNBytes(buffer, 0, (int) Math.min(buffer.length, left));
            require(n > 0, section.end() - left, "the file does not change while it is read", "its end");
            digest.data(buffer, n);
            if (kept) {
                keep.write(buffer, 0, n);
            }
            left -= n;
        }
        if (section.type() == Type.CMDLINE) {
            cmdline = keep.toByteArray();
            for (int i = 0; i < cmdline.length; i++) {
                require(cmdline[i] != 0, section.dataOffset() + i, "the command line has no NUL", "one");
            }
        } else if (section.type() == Type.METADATA) {
            metadata = keep.toByteArray();
            require(Json.isObject(metadata), section.dataOffset(), "the metadata is a JSON object", "something else");
        } else if (section.type() == Type.SIGNATURE) {
            signer = SignatureSection.certificate(keep.toByteArray());
            require(signer != null, section.dataOffset(), "a signature section holds certificates and signatures",
                    "something else");
        }
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
