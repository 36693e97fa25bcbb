package co.caution.eif;

/**
 * One section of an image.
 *
 * @param offset of the section's twelve-byte header in the file
 * @param size bytes of data behind that header
 */
public record Section(Type type, long offset, long size) {

    static final int HEADER = 12;

    /** Section types by their number in the file. */
    public enum Type {
        KERNEL(1),
        CMDLINE(2),
        RAMDISK(3),
        SIGNATURE(4),
        METADATA(5);

        final int number;

        Type(int number) {
            this.number = number;
        }

        boolean measured() {
            return this == KERNEL || this == CMDLINE || this == RAMDISK;
        }
    }

    /** Where the data starts in the file. */
    public long dataOffset() {
        return offset + HEADER;
    }

    long end() {
        return dataOffset() + size;
    }
}
