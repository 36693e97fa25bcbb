package co.caution.eif;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file that is there whole or not at all. */
public final class AtomicFile {

    /** Writes the content from the start of an empty file. */
    @FunctionalInterface
    public interface Body<T> {
        T write(FileChannel file) throws IOException;
    }

    private AtomicFile() {}

    /**
     * Writes beside {@code out} and moves the result there; on failure nothing is left behind, and a file that was there
     * stays as it was. Anything but a file is not replaced: {@code /dev/null} is everybody's.
     */
    public static <T> T write(Path out, Body<T> body) throws IOException {
        Path target = Files.exists(out) ? out.toRealPath() : out.toAbsolutePath().normalize();
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            throw new IOException(out + " is not a file, and is not replaced by one");
        }
        if (!Files.isDirectory(target.getParent())) {
            throw new IOException(out + " would lie in " + target.getParent() + ", which is not a directory");
        }
        Path part = target.resolveSibling("." + target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        try {
            T result;
            try (FileChannel file = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.READ,
                    StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                result = body.write(file);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            return result;
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
