package co.caution.build;

import co.caution.packages.Command;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * One build's work directory. The lock on it ends with the process that made it, so that what a killed service left
 * can be told from what another is using.
 */
final class Work implements AutoCloseable {

    private static final List<String> TOOLS = List.of(
            "sandbox.sh", "watch.sh", "image.sh", "policy.json", "fetch-policy.json", "storage.conf", "registries.conf",
            "containers.conf");

    private static final Duration GRACE = Duration.ofMinutes(10);

    private final Path directory;
    private final FileChannel lock;

    private Work(Path directory, FileChannel lock) {
        this.directory = directory;
        this.lock = lock;
    }

    static Work open(BuildHome home) throws IOException, InterruptedException {
        sweep(home);
        Path directory = home.newWork();
        // It appears locked: whoever sweeps meanwhile takes a lock that nobody holds for a dead build's.
        Path fresh = directory.resolve("lock.new");
        FileChannel channel = FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        channel.lock();
        Files.move(fresh, directory.resolve("lock"));
        var work = new Work(directory, channel);
        for (String name : List.of("root", "inside", "tools", "bases")) {
            readable(Files.createDirectory(directory.resolve(name)));
        }
        for (String name : TOOLS) {
            Path file = directory.resolve("tools").resolve(name);
            try (InputStream in = Work.class.getResourceAsStream("/build/" + name)) {
                Files.copy(Objects.requireNonNull(in, name), file);
            }
            readable(file);
        }
        return work;
    }

    Path directory() {
        return directory;
    }

    /** {@code /bases} of the sandbox. */
    Path bases() {
        return directory.resolve("bases");
    }

    /** What the build left, {@code /work/out} of the sandbox. */
    Path out() {
        return directory.resolve("inside/out");
    }

    /** Names the directories of the build's control groups, one a line; absent where there are none. */
    Path groups() {
        return directory.resolve("groups");
    }

    /** The limit that the build went over, in a word of {@code watch.sh}; empty if it did not. */
    String verdict() throws IOException {
        Path file = directory.resolve("verdict");
        return Files.exists(file) ? Files.readString(file).strip() : "";
    }

    Path script() {
        return directory.resolve("tools/sandbox.sh");
    }

    /** To the ids of the sandbox, which own nothing out here. */
    static void readable(Path path) throws IOException {
        boolean directory = Files.isDirectory(path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(directory ? "rwxr-xr-x" : "rw-r--r--"));
    }

    @Override
    public void close() throws IOException {
        try {
            remove(directory);
        } finally {
            lock.close();
        }
    }

    static void sweep(BuildHome home) throws IOException {
        try (var left = Files.list(home.directory().resolve("work"))) {
            for (Path directory : left.toList()) {
                Path file = directory.resolve("lock");
                if (!Files.exists(file)) {
                    if (age(directory).compareTo(GRACE) > 0) {
                        Trees.delete(directory); // killed in the moment before
                    }
                    continue;
                }
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                        FileLock free = channel.tryLock()) {
                    if (free != null) {
                        remove(directory);
                    }
                } catch (OverlappingFileLockException e) {
                    // in use by this very process
                }
            }
        } catch (NoSuchFileException e) {
            // no build yet
        }
    }

    private static Duration age(Path file) throws IOException {
        return Duration.between(Files.getLastModifiedTime(file).toInstant(), Instant.now());
    }

    private static void remove(Path directory) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            Path script = directory.resolve("tools/sandbox.sh");
            if (Files.exists(script)) {
                Command.run(
                        directory.getParent(),
                        Duration.ofMinutes(5),
                        List.of("sh", script.toString(), "remove", directory.toString()));
            }
            Trees.delete(directory);
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
