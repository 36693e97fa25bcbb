package co.caution.cli;

import co.caution.enclaveos.EnclaveOsBuilder;
import co.caution.enclaveos.EnclaveOsImages;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.enclaveos.EnclaveOsSources;
import co.caution.enclaveos.KnownLocks;
import co.caution.verify.EnclaveOsSupply;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The EnclaveOS that this program was packaged with: built from source here, once. */
public final class EnclaveOs {

    private EnclaveOs() {}

    /** Whether it is built already; false, too, when that cannot be told. */
    static boolean cached(Path cache) {
        try {
            return builder(cache).cached().isPresent();
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Where what is built of it is kept. */
    static Path directory(Path cache) {
        return cache.resolve("enclaveos");
    }

    private static EnclaveOsBuilder builder(Path cache) throws IOException {
        String source = System.getenv("CAUTION_LINUX_SOURCE");
        return new EnclaveOsBuilder(directory(cache), EnclaveOsSources.packaged(),
                source == null ? EnclaveOsBuilder.DEBIAN_LINUX_SOURCE : Path.of(source));
    }

    /**
     * Takes it from the cache, or builds it with a progress bar: the first time takes minutes.
     *
     * @param cache this user's cache directory
     * @throws CliException when it cannot be built; the message names what is missing
     */
    public static EnclaveOsRelease ready(Path cache) {
        var bar = new ProgressBar();
        try {
            var builder = builder(cache);
            var cached = builder.cached();
            if (cached.isPresent()) {
                return cached.get();
            }
            System.err.println("Building EnclaveOS from source (kernel and agent; minutes, the first time) ...");
            return builder.build((phase, fraction, line) -> bar.show(phase, fraction));
        } catch (IOException e) {
            throw new CliException("EnclaveOS could not be built: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted while EnclaveOS was built");
        } finally {
            bar.end();
        }
    }

    /**
     * What a verifier takes for EnclaveOS, and from whom.
     *
     * @param locks that this person names, beside those that they know already
     * @param images where they say that images are
     * @param rebuild whether to take nobody's
     */
    static EnclaveOsSupply supply(Path cache, List<Path> locks, Optional<Path> images, boolean rebuild) {
        Path here = Surroundings.current().directory();
        try {
            KnownLocks known = NamedLocks.known(cache);
            for (Path file : locks) {
                known = known.withFile(here.resolve(file));
            }
            Path builds = directory(cache);
            return new EnclaveOsSupply(known, new EnclaveOsImages(builds.resolve("images")), images.map(here::resolve), rebuild,
                    builds, () -> ready(cache));
        } catch (IOException e) {
            throw new CliException(Errors.USAGE, "The lock cannot be used: " + e.getMessage() + ".");
        }
    }
}
