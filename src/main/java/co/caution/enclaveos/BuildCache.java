package co.caution.enclaveos;

import co.caution.packages.Durable;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Results by digest, in a directory. One appears whole or not at all; one process builds at a time. A file lock does not
 * hold between the threads of a process, so there is a lock of our own before it.
 */
final class BuildCache {

    private static final Map<Path, ReentrantLock> LOCKS = new ConcurrentHashMap<>();

    private final Path root;

    BuildCache(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    Path entry(String kind, String digest) {
        return root.resolve(kind).resolve(digest);
    }

    Path directory(String name) {
        return root.resolve(name);
    }

    /** Builds an entry unless it is there. */
    Path get(String kind, String digest, Maker maker) throws IOException, InterruptedException {
        Path entry = entry(kind, digest);
        if (Files.isDirectory(entry)) {
            return entry;
        }
        Path temporary = temporary();
        try {
            Path result = Files.createDirectory(temporary.resolve("result"));
            maker.make(Files.createDirectory(temporary.resolve("work")), result);
            Files.createDirectories(entry.getParent());
            Durable.move(result, entry);
            return entry;
        } finally {
            delete(temporary);
        }
    }

    /** Takes an entry out that turned out to be damaged. */
    void discard(String kind, String digest) throws IOException {
        delete(entry(kind, digest));
    }

    /** Runs while no other thread or process builds in this cache. */
    <T> T locked(Work<T> work) throws IOException, InterruptedException {
        Files.createDirectories(root);
        ReentrantLock lock = LOCKS.computeIfAbsent(root, path -> new ReentrantLock());
        lock.lockInterruptibly();
        try (FileChannel file = FileChannel.open(
                root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            try {
                file.lock();
            } catch (ClosedByInterruptException e) {
                Thread.interrupted();
                throw new InterruptedException("interrupted while another process builds EnclaveOS");
            }
            delete(root.resolve("tmp")); // what a build that was killed left
            return work.run();
        } finally {
            lock.unlock();
        }
    }

    /** Runs with a directory that is removed after. */
    <T> T inWork(InWork<T> what) throws IOException, InterruptedException {
        Path work = temporary();
        try {
            return what.run(work);
        } finally {
            delete(work);
        }
    }

    private Path temporary() throws IOException {
        return Files.createTempDirectory(Files.createDirectories(root.resolve("tmp")), "build");
    }

    static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failed)
                    throws IOException {
                if (failed != null) {
                    throw failed;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @FunctionalInterface
    interface Maker {
        void make(Path work, Path result) throws IOException, InterruptedException;
    }

    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    @FunctionalInterface
    interface InWork<T> {
        T run(Path work) throws IOException, InterruptedException;
    }
}
