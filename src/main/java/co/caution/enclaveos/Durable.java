package co.caution.enclaveos;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Puts files on the disk before a name says that they are there: a power cut must not leave half of one under it. */
public final class Durable {

    private Durable() {}

    /** @param tree a file, or a directory with all that it holds */
    public static void force(Path tree) throws IOException {
        try (var all = Files.walk(tree)) {
            for (Path path : all.filter(path -> !Files.isSymbolicLink(path)).toList()) {
                try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
                    channel.force(true);
                }
            }
        }
    }
}
