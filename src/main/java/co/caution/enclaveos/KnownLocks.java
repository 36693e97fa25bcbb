package co.caution.enclaveos;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The releases of EnclaveOS that whoever asks takes for EnclaveOS: those that this program was shipped with, those that
 * a person names, those that this very user built. No other: a lock that came with the evidence proves nothing.
 */
public final class KnownLocks {

    private final Map<String, EnclaveOsLock> byDigest = new LinkedHashMap<>();

    private KnownLocks(Collection<EnclaveOsLock> locks) {
        locks.forEach(lock -> byDigest.put(lock.digest(), lock));
    }

    public static KnownLocks of(EnclaveOsLock... locks) {
        return new KnownLocks(List.of(locks));
    }

    /** The one that this program was packaged with, if any. */
    public static KnownLocks shipped() throws IOException {
        return new KnownLocks(shippedLock().stream().toList());
    }

    /** What this program builds. */
    public static Optional<EnclaveOsLock> shippedLock() throws IOException {
        try (InputStream in = KnownLocks.class.getResourceAsStream("/enclaveos/" + EnclaveOsLock.FILE)) {
            return in == null
                    ? Optional.empty()
                    : Optional.of(EnclaveOsLock.parse(
                            "the shipped " + EnclaveOsLock.FILE, new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        }
    }

    /**
     * These, and one that a person names.
     *
     * @throws EnclaveOsLockException if the file is no lock
     */
    public KnownLocks withFile(Path file) throws IOException {
        return with(List.of(EnclaveOsLock.parse(file.toString(), Files.readString(file))));
    }

    /**
     * These, and those of the releases in a build cache of this user's own.
     *
     * @param cache as given to {@link EnclaveOsBuilder}; need not exist
     */
    public KnownLocks withBuiltIn(Path cache) throws IOException {
        Path releases = cache.resolve("release");
        if (!Files.isDirectory(releases)) {
            return this;
        }
        var found = new ArrayList<EnclaveOsLock>();
        try (var directories = Files.list(releases)) {
            for (Path directory : directories.sorted().toList()) {
                Path file = directory.resolve(EnclaveOsLock.FILE);
                if (Files.isRegularFile(file)) { // an older program's release has none
                    try {
                        found.add(EnclaveOsLock.parse(file.toString(), Files.readString(file)));
                    } catch (EnclaveOsLockException e) {
                        // Another version of this program wrote it; to this one the release is not known.
                    }
                }
            }
        }
        return with(found);
    }

    private KnownLocks with(Collection<EnclaveOsLock> more) {
        var all = new ArrayList<>(byDigest.values());
        all.addAll(more);
        return new KnownLocks(all);
    }

    /** @param digest SHA-256, lower-case hex */
    public Optional<EnclaveOsLock> byDigest(String digest) {
        return Optional.ofNullable(byDigest.get(digest));
    }

    /**
     * Two locks may give one PCR1 (another program beside QEMU, say): then the first that was known.
     *
     * @param pcr1 SHA-384, lower-case hex
     */
    public Optional<EnclaveOsLock> byPcr1(String pcr1) {
        return byDigest.values().stream().filter(lock -> lock.pcr1().equals(pcr1)).findFirst();
    }

    public Collection<EnclaveOsLock> all() {
        return List.copyOf(byDigest.values());
    }
}
