package co.caution;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** One service to a home: two would end each other's database and enclaves. */
final class HomeLock implements AutoCloseable {

    private final FileChannel channel;

    private HomeLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Makes the home where it is not there: keys, sockets and the database's password lie below, so it is private. */
    static HomeLock take(Path home) throws IOException {
        var mode = PosixFilePermissions.fromString("rwx------");
        if (!Files.exists(home)) {
            Files.createDirectories(home.toAbsolutePath().getParent());
            Files.createDirectory(home, PosixFilePermissions.asFileAttribute(mode));
        } else if (!Files.getPosixFilePermissions(home).equals(mode)) {
            if (!Files.exists(home.resolve("lock")) && !isEmpty(home)) {
                throw new IOException("The home directory " + home + " is in use for something else: it holds other files and"
                        + " others may read it. Name another: --home DIR");
            }
            Files.setPosixFilePermissions(home, mode);
        }
        if (Files.exists(home.resolve(Restoration.UNFINISHED))) {
            throw new IOException("A restore into " + home + " was cut off. Empty that directory and restore again.");
        }
        var channel = FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return new HomeLock(channel);
            }
        } catch (OverlappingFileLockException e) {
            // Said below.
        }
        channel.close();
        throw new IOException("Another service runs with its home in " + home + ". Stop it, or name another home: --home DIR");
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
