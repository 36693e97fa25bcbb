package co.caution.enclaveos;

import co.caution.packages.DebianPackage;
import co.caution.packages.Durable;
import co.caution.packages.PackageHome;
import co.caution.packages.Sha256;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Every input of a lock that comes from others, in one file, for when the archives have dropped it: a plain tar of the
 * lock and of {@code inputs/<sha256>}, in the lock's order, without times and owners. The same lock gives the same bundle.
 */
public final class EnclaveOsBundle {

    private static final String INPUTS = "inputs/";

    private final PackageHome home;
    private final InputStore store;

    public EnclaveOsBundle(PackageHome home) {
        this.home = home;
        this.store = new InputStore(home);
    }

    /**
     * Writes a lock's inputs, fetching those that are not here.
     *
     * @throws EnclaveOsPinException or another {@link IOException} where one cannot be had
     */
    public void write(EnclaveOsLock lock, Path file) throws IOException, InterruptedException {
        Path fresh = Files.createTempFile(file.toAbsolutePath().getParent(), "bundle-", ".part");
        Path work = Files.createTempDirectory("caution-bundle-");
        try {
            store.packages(lock.inputs().pins(), work);
            store.go(lock.inputs().pins(), work);
            try (var tar = new TarArchiveOutputStream(new BufferedOutputStream(Files.newOutputStream(fresh), 1 << 16))) {
                byte[] text = lock.format().getBytes(StandardCharsets.UTF_8);
                put(tar, EnclaveOsLock.FILE, text.length, new ByteArrayInputStream(text));
                for (var input : files(lock).entrySet()) {
                    try (InputStream in = Files.newInputStream(input.getValue())) {
                        put(tar, INPUTS + input.getKey(), Files.size(input.getValue()), in);
                    }
                }
            }
            Durable.move(fresh, file.toAbsolutePath());
        } finally {
            Files.deleteIfExists(fresh);
            BuildCache.delete(work);
        }
    }

    /**
     * Takes a bundle's inputs into the store. What it says is believed of nothing: each file is hashed.
     *
     * @return the lock that it is of
     * @throws EnclaveOsBuildException where an input is damaged, missing, or not named by the bundle's lock; then nothing
     *     that is wrong was kept
     */
    public EnclaveOsLock read(Path file) throws IOException {
        long size = Files.size(file); // says so where there is no such file
        try {
            return readAll(file);
        } catch (EnclaveOsBuildException | EnclaveOsLockException | FileSystemException e) {
            throw e;
        } catch (IOException e) { // of the archive's reader, in words of its own
            throw bad(file, "of its " + size + " bytes some are missing or damaged (" + e.getMessage() + ")");
        }
    }

    private EnclaveOsLock readAll(Path file) throws IOException {
        try (var tar = new TarArchiveInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            TarArchiveEntry first = tar.getNextEntry();
            if (first == null || !first.getName().equals(EnclaveOsLock.FILE) || first.getSize() > EnclaveOsLock.MAX_LENGTH) {
                throw bad(file, "it does not begin with " + EnclaveOsLock.FILE);
            }
            EnclaveOsLock lock = EnclaveOsLock.parse(
                    file + ": " + EnclaveOsLock.FILE, new String(tar.readAllBytes(), StandardCharsets.UTF_8));
            Map<String, Path> wanted = files(lock);
            Set<String> missing = new HashSet<>(wanted.keySet());
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                String sha256 = entry.getName().startsWith(INPUTS) ? entry.getName().substring(INPUTS.length()) : "";
                Path to = wanted.get(sha256);
                if (to == null || !missing.remove(sha256)) {
                    throw bad(file, "its lock does not name " + entry.getName() + ", or it is there twice");
                }
                keep(file, tar, sha256, to);
            }
            if (!missing.isEmpty()) {
                throw bad(file, missing.size() + " of the inputs that its lock names are not in it");
            }
            return lock;
        }
    }

    private static void keep(Path bundle, InputStream in, String sha256, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Path fresh = Files.createTempFile(to.getParent(), "import-", ".part");
        try {
            Files.copy(in, fresh, StandardCopyOption.REPLACE_EXISTING);
            if (!Sha256.of(fresh).equals(sha256)) {
                throw bad(bundle, INPUTS + sha256 + " has another hash than its name says");
            }
            Durable.move(fresh, to);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** SHA-256 to where the store has it. */
    Map<String, Path> files(EnclaveOsLock lock) throws IOException {
        var files = new LinkedHashMap<String, Path>();
        for (DebianPackage debian : lock.inputs().pins().packages()) {
            files.put(debian.sha256(), home.file(debian));
        }
        String sha256 = lock.inputs().pins().goSha256();
        files.put(sha256, store.go().file(sha256));
        return files;
    }

    private static void put(TarArchiveOutputStream tar, String name, long size, InputStream content) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(size);
        entry.setMode(0644);
        entry.setModTime(0L);
        entry.setIds(0, 0);
        entry.setNames("", "");
        tar.putArchiveEntry(entry);
        content.transferTo(tar);
        tar.closeArchiveEntry();
    }

    private static EnclaveOsBuildException bad(Path file, String why) {
        return new EnclaveOsBuildException(file + " is not a whole bundle of EnclaveOS's inputs: " + why
                + "; get it again, or make it with `caution enclaveos bundle export`");
    }
}
