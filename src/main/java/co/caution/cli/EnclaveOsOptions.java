package co.caution.cli;

import co.caution.enclaveos.EnclaveOsImages;
import co.caution.enclaveos.KnownLocks;
import co.caution.verify.EnclaveOsSupply;
import java.io.IOException;
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

    EnclaveOsSupply supply(Path cache) {
        Path builds = EnclaveOs.directory(cache);
        Path here = Surroundings.current().directory();
        return new EnclaveOsSupply(known(cache), new EnclaveOsImages(builds.resolve("images")),
                Optional.ofNullable(images).map(here::resolve), rebuild, builds, () -> EnclaveOs.ready(cache));
    }

    private KnownLocks known(Path cache) {
        try {
            KnownLocks known = NamedLocks.known(cache);
            for (Path file : locks) {
                known = known.withFile(Surroundings.current().directory().resolve(file));
            }
            return known;
        } catch (IOException e) {
            throw new CliException(Errors.USAGE, "The lock cannot be used: " + e.getMessage() + ".");
        }
    }
}
