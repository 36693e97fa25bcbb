package co.caution.eif;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The 548-byte header: all integers unsigned and big-endian, no padding anywhere (AWS's image format README, and
 * {@code eif_build} 0.5.0 for the values that nothing reads).
 *
 * @param memory bytes, and {@code cpus}: a wish that no hypervisor looks at
 * @param crc as stored
 * @param extents what the header announces, in file order
 */
record EifHeader(boolean aarch64, long memory, long cpus, int crc, List<EifHeader.Extent> extents) {

    static final int SIZE = 548;
    static final int MAX_SECTIONS = 32;

    /** The CRC is the last field; it covers everything before it and everything behind it. */
    static final int CRC_OFFSET = 0x220;

    private static final int MAGIC = 0x2e656966;
    private static final int VERSION = 4;
    private static final long DEFAULT_MEMORY = 1L << 30;
    private static final long DEFAULT_CPUS = 2;
    private static final int COUNT_OFFSET = 0x1a;
    private static final int OFFSETS = 0x1c;
    private static final int SIZES = 0x11c;
    private static final int UNUSED_OFFSET = 0x21c;

    /** Where a section must be, and how long the header says it is. */
    record Extent(long offset, long size) {}

    /** An x86_64 header with CRC 0. */
    static ByteBuffer write(List<Section> sections) {
        ByteBuffer header = ByteBuffer.allocate(SIZE);
        header.putInt(MAGIC).putShort((short) VERSION).putShort((short) 0);
        header.putLong(DEFAULT_MEMORY).putLong(DEFAULT_CPUS).putShort((short) 0).putShort((short) sections.size());
        for (int i = 0; i < sections.size(); i++) {
            header.putLong(OFFSETS + 8 * i, sections.get(i).offset());
            header.putLong(SIZES + 8 * i, sections.get(i).size());
        }
        return header.rewind();
    }

    /** Checks the header alone: the extents lie back to back, up to the end of the file. */
    static EifHeader read(ByteBuffer header, long fileSize) throws InvalidEifException {
        require(header.getInt(0) == MAGIC, 0, "the magic is 2e656966", hex(header.getInt(0)));
        require(header.getShort(4) == VERSION, 4, "the version is 4", number(header.getShort(4)));
        int flags = header.getShort(6);
        require(flags == 0 || flags == 1, 6, "flags are 0 (x86_64) or 1 (aarch64)", number(header.getShort(6)));
        require(header.getShort(0x18) == 0, 0x18, "the reserved field is 0", number(header.getShort(0x18)));
        int count = Short.toUnsignedInt(header.getShort(COUNT_OFFSET));
        require(count >= 3 && count <= MAX_SECTIONS, COUNT_OFFSET, "an image has 3 to 32 sections", "" + count);
        int unused = header.getInt(UNUSED_OFFSET);
        require(unused == 0, UNUSED_OFFSET, "the unused field is 0", hex(unused));
        List<Extent> extents = new ArrayList<>(count);
        long expected = SIZE;
        for (int i = 0; i < MAX_SECTIONS; i++) {
            long offset = header.getLong(OFFSETS + 8 * i);
            long size = header.getLong(SIZES + 8 * i);
            if (i >= count) {
                require(offset == 0, OFFSETS + 8 * i, "unused offsets are 0", hex(offset));
                require(size == 0, SIZES + 8 * i, "unused sizes are 0", hex(size));
                continue;
            }
            require(offset == expected, OFFSETS + 8 * i,
                    "section " + i + " starts at 0x" + Long.toHexString(expected) + ", where the one before it ends",
                    hex(offset));
            // Compared unsigned and against what is left, so that no sum can overflow.
            long left = fileSize - expected - Section.HEADER;
            require(left >= 0 && Long.compareUnsigned(size, left) <= 0, SIZES + 8 * i,
                    "section " + i + " lies inside the file",
                    Long.toUnsignedString(size) + " bytes, " + Math.max(left, 0) + " are left");
            extents.add(new Extent(offset, size));
            expected += Section.HEADER + size;
        }
        require(expected == fileSize, expected, "the file ends with its last section",
                (fileSize - expected) + " more bytes");
        return new EifHeader(flags == 1, header.getLong(8), header.getLong(0x10), header.getInt(CRC_OFFSET), extents);
    }

    static void require(boolean holds, long offset, String rule, String found) throws InvalidEifException {
        if (!holds) {
            throw new InvalidEifException(offset, rule, found);
        }
    }

    private static String number(short value) {
        return String.valueOf(Short.toUnsignedInt(value));
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    private static String hex(int value) {
        return "0x" + Integer.toHexString(value);
    }
}
