package co.caution.cli;

import co.caution.verify.EnclaveOsSupply;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which EnclaveOS somebody takes for EnclaveOS, and from whom. */
final class EnclaveOsOptions {

    @Option(names = "--lock", paramLabel = "FILE", description = "An EnclaveOS lock that you trust, beside those of this program and 'caution trust lock'; repeatable.")
    List<Path> locks = List.of();

    @Option(names = "--enclaveos", paramLabel = "DIR|FILE", description = "Take EnclaveOS's images (bzImage, ramdisk0.cpio) from this directory or tar archive instead of the service: they must hash to a known lock.")
    @Nullable Path images;

    @Option(names = "--rebuild-enclaveos", description = "Build EnclaveOS, too, from the source that this program carries.")
    boolean rebuild;

    /** Elsewhere, since whoever looks at this class for its options would load all that it names. */
    EnclaveOsSupply supply(Path cache) {
        return EnclaveOs.supply(cache, locks, Optional.ofNullable(images), rebuild);
    }
}
