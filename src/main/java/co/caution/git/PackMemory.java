package co.caution.git;

import java.util.Arrays;

/**
 * How much memory JGit will hold while it puts a pack's differences together. It goes down each chain from its base and keeps
 * what still has other differences to it: fifty objects one on top of the other, each with a second one beside it, are
 * fifty files in memory, though a few kilobytes are all that came.
 */
final class PackMemory {

    private final long most;
    /** By order in the pack; differences refer to what stands before them. */
    private long[] positions = new long[64];
    private long[] sizes = new long[64];
    /** What is held while something's differences are made, it itself not counted. */
    private long[] held = new long[64];
    /** Of the difference itself, as instructions; 0 for what is whole. */
    private long[] instructions = new long[64];
    private int[] bases = new int[64];
    private int[] differences = new int[64];
    private int count;
    private long byName;

    PackMemory(long most) {
        this.most = most;
    }

    void whole(long position, long size) {
        add(position, size, -1, 0, 0);
    }

    void difference(long position, long base, long instructions, long size) throws PackRefusedException {
        int of = Arrays.binarySearch(positions, 0, count, base);
        if (of < 0) {
            throw new PackRefusedException("the pack is damaged: a difference refers to no object; push again");
        }
        differences[of]++;
        add(position, size, of, instructions, 0);
    }

    /** Its base is named, and may be anywhere: all such are taken to be one chain, of which everything is held. */
    void differenceTo(long position, long base, long instructions, long size) {
        byName += base + size + instructions;
        add(position, size, -1, instructions, byName - size);
    }

    private void add(long position, long size, int base, long instruction, long heldAlready) {
        if (count == positions.length) {
            int more = count * 2;
            positions = Arrays.copyOf(positions, more);
            sizes = Arrays.copyOf(sizes, more);
            held = Arrays.copyOf(held, more);
            instructions = Arrays.copyOf(instructions, more);
            bases = Arrays.copyOf(bases, more);
            differences = Arrays.copyOf(differences, more);
        }
        positions[count] = position;
        sizes[count] = size;
        bases[count] = base;
        instructions[count] = instruction;
        held[count] = heldAlready;
        differences[count] = 0;
        count++;
    }

    /** Once all objects are known. */
    void requireEnough() throws PackRefusedException {
        for (int i = 0; i < count; i++) {
            int base = bases[i];
            if (base >= 0) {
                held[i] = held[base] + (differences[base] > 1 ? sizes[base] : 0);
            }
            long now = held[i] + sizes[i] + instructions[i] + (base >= 0 && differences[base] == 1 ? sizes[base] : 0);
            if (instructions[i] > 0 && now > most) {
                throw new PackRefusedException("putting this push together takes more than " + (most >> 20) + " MiB of memory, as git"
                        + " sends files as differences; try git push --no-thin, and where that does not help, have large files sent"
                        + " whole: git config core.bigFileThreshold 1m");
            }
        }
    }
}
