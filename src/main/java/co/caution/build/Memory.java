package co.caution.build;

import org.jspecify.annotations.Nullable;

/**
 * How much memory an image needs: with less than four times its size the vendor's loader refuses it, and with less than
 * twice what it unpacks to, and some 60 MiB, the kernel starts on a truncated file system without an error.
 */
final class Memory {

    private static final long MIB = 1L << 20;
    private static final long STEP = 64;
    private static final long LEAST = 512;

    private Memory() {}

    /**
     * @param eif size of the image, bytes
     * @param unpacked size of its file systems, bytes
     * @param wished MiB, or null for what is needed
     * @return MiB
     */
    static int choose(long eif, long unpacked, @Nullable Integer wished) throws BuildException {
        long needed = Math.max(up(4 * eif, MIB), up(2 * unpacked, MIB) + 60);
        long enough = up(needed, STEP) * STEP;
        if (wished == null) {
            return Math.toIntExact(Math.max(enough, LEAST));
        }
        if (wished < needed) {
            throw new BuildException(
                    Phase.ENCLAVE,
                    "`memory_mb: " + wished + "` cannot hold the image, which needs " + needed
                            + " MB (four times its size, and twice what it unpacks to and 60 MB); write `memory_mb: "
                            + enough + "`, or leave the line out");
        }
        return wished;
    }

    private static long up(long value, long unit) {
        return (value + unit - 1) / unit;
    }
}
