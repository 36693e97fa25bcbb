package co.caution.enclaveos;

import co.caution.packages.Durable;
import co.caution.packages.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Kernel and ramdisk 0 of releases, by their locks' digests. They may come from anybody: what counts is that they are what
 * a lock names. {@code <directory>/<digest>/{enclaveos.lock,bzImage,ramdisk0.cpio}}.
 */
public final class EnclaveOsImages {

    /** Where a platform serves them, in the same layout. */
    public static final String PLACE = "/.well-known/caution/enclaveos/";

    /** The files of a release that anybody may have. */
    public static final List<String> FILES = List.of(EnclaveOsLock.FILE, EnclaveOsLock.KERNEL, EnclaveOsLock.RAMDISK);

    /** No kernel and no boot ramdisk of ours comes near. */
    public static final int LARGEST = 64 << 20;

    private static final List<String> IMAGES = List.of(EnclaveOsLock.KERNEL, EnclaveOsLock.RAMDISK);

    private final Path directory;

    public EnclaveOsImages(Path directory) {
        this.directory = directory;
    }

    /** The release, where its images are here and still what its lock names. */
    public Optional<EnclaveOsRelease> cached(EnclaveOsLock lock) throws IOException {
        return in(directory.resolve(lock.digest()), lock);
    }

    /**
     * The same, where this user built it.
     *
     * @param cache as given to {@link EnclaveOsBuilder}; need not exist
     */
    public static Optional<EnclaveOsRelease> builtIn(Path cache, EnclaveOsLock lock) throws IOException {
        Path releases = cache.resolve("release");
        if (!Files.isDirectory(releases)) {
            return Optional.empty();
        }
        try (var all = Files.list(releases)) {
            for (Path at : all.toList()) {
                Path file = at.resolve(EnclaveOsLock.FILE);
                if (Files.isRegularFile(file) && Sha256.of(file).equals(lock.digest())) {
                    return in(at, lock);
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<EnclaveOsRelease> in(Path at, EnclaveOsLock lock) throws IOException {
        for (String name : IMAGES) {
            if (!Files.isRegularFile(at.resolve(name)) || !Sha256.of(at.resolve(name)).equals(lock.outputs().get(name))) {
                return Optional.empty();
            }
        }
        return Optional.of(ReleaseFiles.release(at, lock));
    }

    /**
     * Keeps a release's images.
     *
     * @param from reads one of them by name, from whoever has it
     * @throws IOException where they are not what the lock names, or as {@code from} does
     */
    public EnclaveOsRelease keep(EnclaveOsLock lock, Source from) throws IOException, InterruptedException {
        Path at = directory.resolve(lock.digest());
        Files.createDirectories(directory);
        Path draft = Files.createTempDirectory(directory, ".new");
        try {
            Files.writeString(draft.resolve(EnclaveOsLock.FILE), lock.format());
            for (String name : IMAGES) {
                byte[] image = from.read(name);
                String sha256 = Sha256.of(image);
                if (!sha256.equals(lock.outputs().get(name))) {
                    throw new IOException("its " + name + " (SHA-256 " + sha256 + ") is not the one that the lock names ("
                            + lock.outputs().get(name) + ")");
                }
                Files.write(draft.resolve(name), image);
            }
            String pcr1 = Pcr1.of(draft.resolve(EnclaveOsLock.KERNEL), lock.cmdline(), draft.resolve(EnclaveOsLock.RAMDISK));
            if (!pcr1.equals(lock.pcr1())) {
                throw new IOException("the lock contradicts itself: its images give PCR1 " + pcr1 + ", not " + lock.pcr1());
            }
            describe(lock, draft.resolve(ReleaseFiles.SOURCES));
            BuildCache.delete(at); // damaged, or it would have been taken
            Durable.move(draft, at);
        } finally {
            BuildCache.delete(draft);
        }
        return ReleaseFiles.release(at, lock);
    }

    /** One of a release's public files, by names that came from outside. */
    public Optional<Path> file(String digest, String name) {
        if (!digest.matches("[0-9a-f]{64}") || !FILES.contains(name)) {
            return Optional.empty();
        }
        return Optional.of(directory.resolve(digest).resolve(name)).filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS));
    }

    /** Lays out a release that was built here, for others. */
    public void publish(EnclaveOsRelease release) throws IOException, InterruptedException {
        Map<String, Path> images = Map.of(EnclaveOsLock.KERNEL, release.kernel(), EnclaveOsLock.RAMDISK, release.ramdisk());
        if (cached(release.lock()).isEmpty()) {
            keep(release.lock(), name -> Files.readAllBytes(images.get(name)));
        }
    }

    /** What a reader finds of the sources: this program's own, where the release was made of them. */
    private static void describe(EnclaveOsLock lock, Path to) throws IOException {
        Files.createDirectories(to);
        Files.writeString(to.resolve(EnclaveOsLock.FILE), lock.format());
        EnclaveOsSources packaged = EnclaveOsSources.packaged();
        if (packaged.areOf(lock)) {
            packaged.copy("", to);
        }
    }

    /** Gives a file of a release by its name. */
    @FunctionalInterface
    public interface Source {
        byte[] read(String name) throws IOException, InterruptedException;
    }
}
