package co.caution.packages;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Puts files on the disk before a name says that they are there: a power cut must not leave half of one under it. */
public final class Durable {

    private Durable() {}

    /**
     * Gives a finished file, or a directory with all that it holds, its name, in one step.
     *
     * @throws IOException as {@link StandardCopyOption#ATOMIC_MOVE} does, or if the disk refuses
     */
    public static void move(Path from, Path to) throws IOException {
        try (var all = Files.walk(from)) {
            for (Path path : all.filter(path -> !Files.isSymbolicLink(path)).toList()) {
                force(path);
            }
        }
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        force(to.getParent());
    }

    private static void force(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
