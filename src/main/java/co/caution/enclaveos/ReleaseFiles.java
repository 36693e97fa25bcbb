package co.caution.enclaveos;

import co.caution.packages.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A release as files: its outputs, its lock, and our own sources. */
final class ReleaseFiles {

    static final String SOURCES = "sources";

    private ReleaseFiles() {}

    /** Writes the lock of the outputs that lie in the directory. */
    static EnclaveOsLock write(Path directory, LockedInputs inputs) throws IOException {
        EnclaveOsLock lock = lock(directory, inputs);
        Files.writeString(directory.resolve(EnclaveOsLock.FILE), lock.format());
        return lock;
    }

    /** The release in a directory, if it is of these inputs and every output still has the hash that it was built with. */
    static Optional<EnclaveOsRelease> read(Path directory, LockedInputs inputs) throws IOException {
        Path file = directory.resolve(EnclaveOsLock.FILE);
        if (!Files.isRegularFile(file)
                || !EnclaveOsLock.OUTPUTS.stream().allMatch(name -> Files.isRegularFile(directory.resolve(name)))) {
            return Optional.empty();
        }
        EnclaveOsLock lock = lock(directory, inputs);
        return Files.readString(file).equals(lock.format()) ? Optional.of(release(directory, lock)) : Optional.empty();
    }

    private static EnclaveOsLock lock(Path directory, LockedInputs inputs) throws IOException {
        SortedMap<String, String> outputs = new TreeMap<>();
        for (String name : EnclaveOsLock.OUTPUTS) {
            outputs.put(name, Sha256.of(directory.resolve(name)));
        }
        String pcr1 = Pcr1.of(
                directory.resolve(EnclaveOsLock.KERNEL), inputs.cmdline(), directory.resolve(EnclaveOsLock.RAMDISK));
        return new EnclaveOsLock(inputs, outputs, pcr1);
    }

    /** The release whose files lie in a directory, all of them or some. */
    static EnclaveOsRelease release(Path directory, EnclaveOsLock lock) {
        return new EnclaveOsRelease(
                lock,
                directory.resolve(EnclaveOsLock.KERNEL),
                directory.resolve(EnclaveOsLock.RAMDISK),
                directory.resolve(EnclaveOsLock.HOST),
                directory.resolve(SOURCES));
    }
}
