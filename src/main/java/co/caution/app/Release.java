package co.caution.app;

import co.caution.eif.Measurements;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An image that was built once and can be started any number of times.
 *
 * @param number 1, 2, 3 … within the app
 * @param source the Procfile's {@code source}: a hint that nobody checked
 * @param eifSha256 names the image in the artifact store
 * @param eifSize in bytes
 * @param manifest the measured manifest, exactly its bytes
 * @param enclaveos the digest of the EnclaveOS release inside
 */
public record Release(
        UUID id,
        UUID appId,
        int number,
        UUID buildId,
        String commitId,
        @Nullable String source,
        String eifSha256,
        long eifSize,
        String pcr0,
        String pcr1,
        String pcr2,
        String manifest,
        String enclaveos,
        Instant createdAt) {

    public Measurements measurements() {
        return new Measurements(pcr0, pcr1, pcr2);
    }
}
