package co.caution.git;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.eclipse.jgit.errors.TooLargeObjectInPackException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.util.NB;

/**
 * Reads a pack (gitformat-pack, version 2) as it passes by and stops it where it would cost more than a push may. JGit makes
 * arrays as large as a header says, before a byte of them has come: a header of twelve bytes may ask for gigabytes. What
 * passes here is what it says it is; whether it makes sense is JGit's to find out.
 */
final class PackGate extends FilterInputStream {

    /** Each takes about 150 bytes of memory while the pack is indexed. */
    static final int MOST_OBJECTS = 500_000;
    /** Commits, trees and tags are read into memory whole. */
    static final int LARGEST_STRUCTURE = 16 << 20;

    /** The room on the disk is looked at each time that so much has come: of 200 pushes, less than what must stay free. */
    private static final long PORTION = 4 << 20;

    private static final int HEADER = 12;
    private static final int CHECKSUM = 20;
    private static final int OBJECT_NAME = 20;

    private enum Expecting {
        HEADER, OBJECT, SIZE, OFFSET, BASE, DATA, CHECKSUM, END
    }

    private final PushLimits limits;
    private final AppReceivePack.Gates.Room room;
    private final Runnable unpacking;
    private final PackMemory memory;
    private final Inflater inflater = new Inflater();
    private final byte[] scratch = new byte[8192];
    private final byte[] header = new byte[HEADER];
    private final byte[] deltaHead = new byte[20];

    private Expecting expecting = Expecting.HEADER;
    private long position;
    private long portion;
    /** Bytes of what is expected that have come. */
    private int come;
    private long objects;
    private long unpacked;
    private int type;
    private long start;
    private long size;
    private int shift;
    private long offset;
    private long inflated;

    /**
     * @param room for it; its reason refuses the pack
     * @param unpacking called when all of the pack is here, to its last byte, before JGit puts deltas together
     */
    PackGate(InputStream pack, PushLimits limits, AppReceivePack.Gates.Room room, Runnable unpacking) {
        super(pack);
        this.limits = limits;
        this.room = room;
        this.unpacking = unpacking;
        this.memory = new PackMemory(limits.memory().toBytes());
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
        if (position >= portion) {
            portion = position + PORTION;
            requireRoom();
        }
        int read = super.read(buffer, from, length);
        for (int at = from; at < from + read; ) {
            int looked = expecting == Expecting.DATA ? inflate(buffer, at, from + read - at) : look(buffer[at] & 0xff);
            at += looked;
            position += looked;
        }
        return read;
    }

    private void requireRoom() throws IOException {
        Optional<String> full = room.full();
        if (full.isPresent()) {
            throw new PackRefusedException(full.get());
        }
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    void release() {
        inflater.end();
    }

    /** @return 1: the bytes that it took */
    private int look(int value) throws IOException {
        switch (expecting) {
            case HEADER -> {
                header[come++] = (byte) value;
                if (come == HEADER) {
                    header();
                }
            }
            case OBJECT -> {
                start = position;
                type = value >> 4 & 7;
                size = value & 15;
                shift = 4;
                sized(value);
            }
            case SIZE -> {
                if (shift > 53) {
                    throw new PackRefusedException("an object of this push says that it has more bytes than there are");
                }
                size += (long) (value & 0x7f) << shift;
                shift += 7;
                sized(value);
            }
            case OFFSET -> {
                offset = come++ == 0 ? value & 0x7f : offset + 1 << 7 | value & 0x7f;
                if (offset > position) {
                    throw damaged("a difference refers to something before its beginning");
                }
                if ((value & 0x80) == 0) {
                    expect(Expecting.DATA);
                }
            }
            case BASE -> {
                if (++come == OBJECT_NAME) {
                    expect(Expecting.DATA);
                }
            }
            case CHECKSUM -> {
                if (++come == CHECKSUM) {
                    expect(Expecting.END);
                    requireRoom();
                    unpacking.run();
                }
            }
            default -> throw damaged("something comes after its end");
        }
        return 1;
    }

    private void expect(Expecting next) {
        expecting = next;
        come = 0;
        if (next == Expecting.DATA) {
            inflater.reset();
            inflated = 0;
        }
    }

    private void header() throws IOException {
        long count = NB.decodeUInt32(header, 8);
        if (count > MOST_OBJECTS) {
            throw new PackRefusedException("this push brings " + count + " objects, and more than " + MOST_OBJECTS
                    + " at once are not taken; push an older commit first, then the rest");
        }
        objects = count;
        nextObject();
    }

    private void nextObject() throws IOException {
        if (objects-- > 0) {
            expect(Expecting.OBJECT);
            return;
        }
        memory.requireEnough();
        expect(Expecting.CHECKSUM);
    }

    /** After each byte of an object's type and size. */
    private void sized(int value) throws IOException {
        if ((value & 0x80) != 0) {
            expecting = Expecting.SIZE;
            return;
        }
        if (size > limits.object().toBytes()) {
            throw new TooLargeObjectInPackException(size, limits.object().toBytes());
        }
        switch (type) {
            case Constants.OBJ_BLOB -> whole(limits.object().toBytes());
            case Constants.OBJ_COMMIT, Constants.OBJ_TREE, Constants.OBJ_TAG -> whole(LARGEST_STRUCTURE);
            case Constants.OBJ_OFS_DELTA -> expect(Expecting.OFFSET);
            case Constants.OBJ_REF_DELTA -> expect(Expecting.BASE);
            default -> throw damaged("it has an object of a kind that there is not");
        }
    }

    private void whole(long largest) throws IOException {
        if (size > largest) {
            throw new PackRefusedException("a commit, directory or tag of this push has " + size + " bytes, and more than " + largest
                    + " are not taken");
        }
        unpack(size);
        memory.whole(start, size);
        expect(Expecting.DATA);
    }

    private void unpack(long bytes) throws IOException {
        unpacked += bytes;
        if (unpacked > limits.unpacked()) {
            throw new PackRefusedException("this push unpacks to more than " + (limits.unpacked() >> 20)
                    + " MiB; push an older commit first, then the rest");
        }
    }

    private int inflate(byte[] buffer, int at, int length) throws IOException {
        inflater.setInput(buffer, at, length);
        try {
            int count;
            do {
                count = inflater.inflate(scratch);
                if (isDelta() && inflated < deltaHead.length) {
                    System.arraycopy(scratch, 0, deltaHead, (int) inflated, (int) Math.min(count, deltaHead.length - inflated));
                }
                inflated += count;
                if (inflated > size) {
                    throw damaged("an object has more bytes than it says");
                }
            } while (count > 0);
        } catch (DataFormatException e) {
            throw damaged("an object is not zlib's");
        }
        if (inflater.finished()) {
            int used = length - inflater.getRemaining();
            if (inflated < size) {
                throw damaged("an object has fewer bytes than it says");
            }
            if (isDelta()) {
                delta();
            }
            nextObject();
            return used;
        }
        if (inflater.needsDictionary()) {
            throw damaged("an object is not zlib's");
        }
        return length;
    }

    private boolean isDelta() {
        return type == Constants.OBJ_OFS_DELTA || type == Constants.OBJ_REF_DELTA;
    }

    /** A difference begins with the sizes of what it applies to and of what it makes. */
    private void delta() throws IOException {
        come = 0;
        long base = deltaSize();
        long result = deltaSize();
        if (result > limits.object().toBytes()) {
            throw new TooLargeObjectInPackException(result, limits.object().toBytes());
        }
        unpack(result);
        if (type == Constants.OBJ_OFS_DELTA) {
            memory.difference(start, start - offset, size, result);
        } else {
            memory.differenceTo(start, base, size, result);
        }
    }

    private long deltaSize() throws IOException {
        long value = 0;
        for (int by = 0; by <= 56; by += 7) {
            if (come >= Math.min(inflated, deltaHead.length)) {
                break;
            }
            int next = deltaHead[come++] & 0xff;
            value |= (long) (next & 0x7f) << by;
            if ((next & 0x80) == 0) {
                return value;
            }
        }
        throw damaged("a difference does not say how large it makes anything");
    }

    private static PackRefusedException damaged(String how) {
        return new PackRefusedException("the pack is damaged: " + how + "; push again, and look at your repository: git fsck");
    }
}
