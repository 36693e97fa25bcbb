package co.caution.git;

import org.springframework.util.unit.DataSize;

/**
 * How much one push may bring.
 *
 * @param pack everything that git sends in one push
 * @param object the largest file, as git stores it uncompressed
 * @param memory what putting one push together may take, beside files that come whole
 */
public record PushLimits(DataSize pack, DataSize object, DataSize memory) {

    private static final int UNPACKED = 32;
    /** So many pushes are put together at once, so all of them take half of what there is. */
    static final int UNPACKING_AT_ONCE = 4;
    /** Branches and tags of an app; each is a file, and everybody who fetches is told of all of them. */
    static final int MOST_REFS = 5_000;

    /** With as much memory as this process has to spare. */
    public PushLimits(DataSize pack, DataSize object) {
        this(pack, object, DataSize.ofBytes(Runtime.getRuntime().maxMemory() / 2 / UNPACKING_AT_ONCE));
    }

    /** Bytes of all objects together; sources shrink to a tenth or so, bombs to a thousandth. */
    long unpacked() {
        return pack.toBytes() * UNPACKED;
    }
}
