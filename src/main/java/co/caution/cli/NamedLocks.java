package co.caution.cli;

import co.caution.enclaveos.EnclaveOsLock;
import co.caution.enclaveos.EnclaveOsLockException;
import co.caution.enclaveos.KnownLocks;
import co.caution.trust.PrivateFile;
import co.caution.trust.TrustedPlaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The locks of EnclaveOS that a person named once and for all: {@code trust/locks/<digest>.lock} in their configuration. */
final class NamedLocks {

    private static final String SUFFIX = ".lock";

    private final Path directory;

    NamedLocks(Path configuration) {
        this.directory = new TrustedPlaces(configuration).locks();
    }

    /** Shipped with this program, named by this person, or built by them in this cache: nobody else's. */
    static KnownLocks known(Path cache) throws IOException {
        KnownLocks known = KnownLocks.shipped().withBuiltIn(cache.resolve("enclaveos"));
        Path directory = new NamedLocks(Context.configuration()).directory;
        if (Files.isDirectory(directory)) {
            try (var files = Files.newDirectoryStream(directory, "?*" + SUFFIX)) {
                for (Path file : files) {
                    known = known.withFile(file);
                }
            }
        }
        return known;
    }

    /** @throws CliException where the file is no lock */
    EnclaveOsLock name(Path file) {
        try (var in = Files.newInputStream(Surroundings.current().directory().resolve(file))) {
            String text = new String(in.readNBytes(EnclaveOsLock.MAX_LENGTH + 1), StandardCharsets.UTF_8);
            EnclaveOsLock lock = EnclaveOsLock.parse(file.toString(), text);
            var kept = new PrivateFile(directory.resolve(lock.digest() + SUFFIX));
            kept.alone(() -> {
                kept.write(text.getBytes(StandardCharsets.UTF_8));
                return lock;
            });
            return lock;
        } catch (EnclaveOsLockException e) {
            throw new CliException(Errors.USAGE, e.getMessage() + ".");
        } catch (IOException e) {
            throw new CliException(Errors.USAGE, "The lock " + file + " cannot be read: " + Errors.why(e) + ".");
        }
    }

    /** @return whether it was named */
    boolean forget(String digest) {
        Path file = directory.resolve(digest + SUFFIX);
        return Files.exists(file) && new PrivateFile(file).delete();
    }
}
