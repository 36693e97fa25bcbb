package co.caution.cli;

import co.caution.enclaveos.BuildProgress;
import co.caution.enclaveos.EnclaveOsBuilder;
import co.caution.enclaveos.EnclaveOsImages;
import co.caution.enclaveos.EnclaveOsLock;
import co.caution.enclaveos.EnclaveOsPinException;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.enclaveos.EnclaveOsSources;
import co.caution.enclaveos.KnownLocks;
import co.caution.enclaveos.LockChanges;
import co.caution.packages.PackageHome;
import co.caution.verify.EnclaveOsSupply;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The EnclaveOS that this program was packaged with: built from source here, once. */
public final class EnclaveOs {

    private EnclaveOs() {}

    /** Whether it is built already; false, too, when that cannot be told. */
    static boolean cached(Path cache) {
        try {
            return builder(cache, shipped()).cached().isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    /** Where what is built of it is kept. */
    static Path directory(Path cache) {
        return cache.resolve("enclaveos");
    }

    /** The lock that this program was packaged with. */
    static @Nullable EnclaveOsLock shipped() throws IOException {
        return KnownLocks.shippedLock().orElse(null);
    }

    /** @param lock whose pins to build with */
    static EnclaveOsBuilder builder(Path cache, @Nullable EnclaveOsLock lock) throws IOException {
        return new EnclaveOsBuilder(
                directory(cache), new PackageHome(cache), EnclaveOsSources.packaged(), lock);
    }

    /**
     * Takes it from the cache, or builds it with a progress bar: the first time takes minutes.
     *
     * @param cache this user's cache directory
     * @throws CliException when it cannot be built; the message names what is missing
     */
    public static EnclaveOsRelease ready(Path cache) {
        return ready(cache, false);
    }

    /** @param locked then nothing but the shipped lock will do; else the difference is said in one line */
    static EnclaveOsRelease ready(Path cache, boolean locked) {
        try {
            return ready(builder(cache, shipped()), shipped(), locked);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    static EnclaveOsRelease ready(EnclaveOsBuilder builder, @Nullable EnclaveOsLock wanted, boolean locked) {
        return run(builder, progress -> {
            if (locked) {
                return builder.buildLocked(progress);
            }
            EnclaveOsRelease release = builder.build(progress);
            if (wanted != null && !release.lock().equals(wanted)) {
                System.err.println(local(wanted, release.lock()));
            }
            return release;
        });
    }

    /** With a progress bar, once it is clear that something must be built. */
    static <T> T run(EnclaveOsBuilder builder, Work<T> work) {
        var bar = new ProgressBar();
        try {
            if (builder.cached().isEmpty()) {
                System.err.println("Building EnclaveOS from source (kernel and agent; minutes, the first time) ...");
            }
            return work.run((phase, fraction, line) -> {
                if (fraction < 1) {
                    bar.show(phase, fraction);
                }
            });
        } catch (IOException e) {
            throw failed(e);
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

    static CliException failed(IOException e) {
        return new CliException(e instanceof EnclaveOsPinException ? Errors.NOT_REPRODUCED : Errors.OTHER,
                "EnclaveOS could not be built: " + e.getMessage(), e);
    }

    private static String local(EnclaveOsLock wanted, EnclaveOsLock built) {
        String why = wanted.inputs().pins().equals(built.inputs().pins())
                ? "it differs in " + LockChanges.between(wanted, built).names()
                : "a pin can no longer be had, so all are the newest on offer";
        return "Note: this EnclaveOS is not the shipped one but a local one, lock " + built.digest().substring(0, 12) + " (" + why
                + "); --locked refuses, `caution enclaveos describe` says more.";
    }

    interface Work<T> {
        T run(BuildProgress progress) throws IOException, InterruptedException;
    }
}
