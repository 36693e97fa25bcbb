package co.caution.eif;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * CRC and registers of an image while it streams by. What an image costs is two SHA-384 over nearly all of it, and each is
 * a chain that nothing can split: so PCR0 and PCR2 have a thread of their own, beside the caller's, which reads, writes
 * and sums. A ring of buffers goes around between the three.
 */
final class ImageDigest implements AutoCloseable {

    /** Below this, handing over costs more than it saves. */
    static final int WORTH_SHARING = 1 << 20;

    private static final int CHUNK = 1 << 18;

    /** Some milliseconds of work: three threads on two processors wait that long for their turn. */
    private static final int SLOTS = 32;

    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    /** A buffer, and what still reads it. */
    private static final class Slot {
        final ByteBuffer buffer;
        CompletableFuture<Void> image = DONE;
        CompletableFuture<Void> application = DONE;

        Slot(ByteBuffer buffer) {
            this.buffer = buffer;
        }
    }

    private final CRC32 crc = new CRC32();
    private final Registers registers = new Registers();
    private final @Nullable ExecutorService image;
    private final @Nullable ExecutorService application;
    private final @Nullable Slot[] slots;
    private final int chunk;
    private int next;
    private Section.Type current = Section.Type.METADATA;
    private int ramdisks;

    /** @param size of the whole image: a small one takes no more memory than it has bytes, and no thread */
    ImageDigest(long size) {
        boolean small = size < WORTH_SHARING;
        image = small ? null : lane("eif-pcr0");
        application = small ? null : lane("eif-pcr2");
        slots = new Slot[small ? 1 : SLOTS];
        chunk = (int) Math.min(size, CHUNK);
    }

    /** Headers are summed, not measured. */
    void header(ByteBuffer bytes) {
        crc.update(bytes.duplicate());
    }

    /** Says which section the data that follows belongs to. */
    void section(Section.Type type) {
        current = type;
        if (type == Section.Type.RAMDISK && ++ramdisks == 2) {
            run(image, registers::bootEnds);
        }
    }

    /** A free buffer for at most {@code limit} bytes. The one before it must not be touched any more. */
    ByteBuffer buffer(long limit) {
        Slot slot = slots[next];
        if (slot == null) {
            slot = new Slot(image == null ? ByteBuffer.allocate(chunk) : ByteBuffer.allocateDirect(chunk));
            slots[next] = slot;
        }
        slot.image.join();
        slot.application.join();
        return slot.buffer.clear().limit((int) Math.min(limit, slot.buffer.capacity()));
    }

    /** Sums and measures what lies between position and limit of the last {@link #buffer}, which may be read meanwhile. */
    void data() {
        Slot slot = Objects.requireNonNull(slots[next]);
        next = (next + 1) % slots.length;
        if (current.measured()) {
            ByteBuffer bytes = slot.buffer.duplicate();
            boolean inApplication = current == Section.Type.RAMDISK && ramdisks > 1;
            slot.image = run(image, () -> registers.image(bytes, inApplication));
            if (inApplication) {
                ByteBuffer same = slot.buffer.duplicate();
                slot.application = run(application, () -> registers.application(same));
            }
        }
        crc.update(slot.buffer.duplicate());
    }

    int crc() {
        return (int) crc.getValue();
    }

    Measurements measurements() {
        for (Slot slot : slots) {
            if (slot != null) {
                slot.image.join();
                slot.application.join();
            }
        }
        return registers.finish();
    }

    @Override
    public void close() {
        if (image != null && application != null) {
            image.close();
            application.close();
        }
    }

    private static CompletableFuture<Void> run(@Nullable ExecutorService lane, Runnable task) {
        if (lane != null) {
            return CompletableFuture.runAsync(task, lane);
        }
        task.run();
        return DONE;
    }

    private static ExecutorService lane(String name) {
        return Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
    }
}
