package co.caution.enclaveos;

import co.caution.packages.PackageHome;
import java.nio.file.Path;

/** Builds a release into a cache from the command line: {@code BuildEnclaveOs CACHE [SOURCES]}. */
final class BuildEnclaveOs {

    private BuildEnclaveOs() {}

    static void main(String[] args) throws Exception {
        EnclaveOsSources sources =
                args.length > 1 ? EnclaveOsSources.in(Path.of(args[1])) : EnclaveOsSources.packaged();
        EnclaveOsBuilder builder =
                new EnclaveOsBuilder(Path.of(args[0], "enclaveos"), new PackageHome(Path.of(args[0])), sources,
                        KnownLocks.shippedLock().orElse(null));
        long start = System.nanoTime();
        EnclaveOsRelease release = builder.build(
                (phase, fraction, line) -> System.err.printf("%3.0f%% %s %s%n", 100 * fraction, phase, line));
        System.out.println(release);
        System.out.println((System.nanoTime() - start) / 1_000_000 + " ms");
    }
}
