package co.caution.trust;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** A file that is its owner's alone (mode 0600), written whole or not at all, by one process at a time. */
public final class PrivateFile {

    /** What is done while nobody else writes. */
    @FunctionalInterface
    public interface Work<T> {
        T run() throws IOException;
    }

    private static final int LARGEST = 4 << 20;
    private static final String DRAFT = ".new";
    /** The system's lock is one for the whole process; this one is for its threads. */
    private static final ReentrantLock THREADS = new ReentrantLock();

    private final Path file;

    public PrivateFile(Path file) {
        this.file = file;
    }

    /** Empty where there is none. */
    public Optional<byte[]> read() {
        try {
            if (posix() && Files.getPosixFilePermissions(file).stream().anyMatch(
                    Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE)::contains)) {
                throw new TrustException("The file " + file + " is yours alone, and others may write it. Look at it, then: chmod 600 " + file);
            }
            try (var in = Files.newInputStream(file)) {
                byte[] content = in.readNBytes(LARGEST + 1);
                if (content.length > LARGEST) {
                    throw new IOException("it is larger than " + LARGEST + " bytes");
                }
                return Optional.of(content);
            }
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new TrustException("The file " + file + " cannot be read: " + reason(e) + ".");
        }
    }

    /** Call it within {@link #alone}. */
    public void write(byte[] content) {
        try {
            directory();
            sweep();
            Path draft = Files.createTempFile(file.getParent(), file.getFileName().toString(), DRAFT, mode("rw-------"));
            try (var out = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                var left = ByteBuffer.wrap(content);
                while (left.hasRemaining()) {
                    out.write(left);
                }
                out.force(true); // a name that is given before its content is on the disk may lead to nothing after a crash
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new TrustException("The file " + file + " could not be written: " + reason(e) + ".");
        }
    }

    /** @return whether there was one */
    public boolean delete() {
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new TrustException("The file " + file + " could not be removed: " + reason(e) + ".");
        }
    }

    /** Reads and writes in there cannot lose what another process writes at the same time. */
    public <T> T alone(Work<T> work) {
        THREADS.lock();
        try {
            directory();
            // A file of its own: the one that is replaced cannot be locked.
            try (var lock = FileChannel.open(file.resolveSibling(".lock"), Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                            mode("rw-------"));
                    FileLock _ = lock.lock()) {
                return work.run();
            }
        } catch (IOException e) {
            throw new TrustException("The directory " + file.getParent() + " cannot be used: " + reason(e) + ".");
        } finally {
            THREADS.unlock();
        }
    }

    private void directory() throws IOException {
        if (!Files.isDirectory(file.getParent())) {
            Files.createDirectories(file.getParent(), mode("rwx------"));
        }
    }

    /** Drafts of those that were killed: by the lock nobody is at them. */
    private void sweep() throws IOException {
        try (DirectoryStream<Path> drafts = Files.newDirectoryStream(file.getParent(), file.getFileName() + "*" + DRAFT)) {
            for (Path draft : drafts) {
                Files.delete(draft);
            }
        }
    }

    private FileAttribute<?>[] mode(String permissions) {
        return posix()
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))}
                : new FileAttribute<?>[0];
    }

    private boolean posix() {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName() + (e.getMessage() == null ? "" : " (" + e.getMessage() + ")");
    }
}
