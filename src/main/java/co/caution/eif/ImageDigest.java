package co.caution.eif;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.zip.CRC32;

/**
 * CRC and registers of an image while it streams by, on two processors: PCR0 and PCR1 on the caller's thread, the rest
 * beside it. One SHA-384 over the image is what a pass costs.
 */
final class ImageDigest {

    /** Below this, handing over costs more than it saves. */
    private static final int WORTH_SHARING = 1 << 16;

    private final CRC32 crc = new CRC32();
    private final Registers registers = new Registers();

    /** Headers are summed, not measured. */
    void header(byte[] bytes, int length) {
        crc.update(bytes, 0, length);
    }

    void section(Section.Type type) {
        registers.section(type);
    }

    void data(byte[] bytes, int length) {
        if (length < WORTH_SHARING) {
            beside(bytes, length);
            registers.updateImage(bytes, length);
            return;
        }
        CompletableFuture<Void> beside = CompletableFuture.runAsync(() -> beside(bytes, length));
        registers.updateImage(bytes, length);
        try {
            beside.join();
        } catch (CompletionException e) {
            throw new IllegalStateException("a digest failed", e);
        }
    }

    int crc() {
        return (int) crc.getValue();
    }

    Measurements measurements() {
        return registers.finish();
    }

    private void beside(byte[] bytes, int length) {
        crc.update(bytes, 0, length);
        registers.updateApplication(bytes, length);
    }
}
