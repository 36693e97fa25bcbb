package co.caution.verify;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;

/** Directories of our own that are needed for a while. */
final class Scratch {

    private static final int TRIES = 10;

    private Scratch() {}

    /** Removes one, as far as that goes: what is left lies in a cache. */
    static void delete(Path directory) {
        // Again where something came or went meanwhile: JGit looks at its files beside what was asked of it.
        for (int tries = 0; tries < TRIES && Files.exists(directory, LinkOption.NOFOLLOW_LINKS); tries++) {
            try (var files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException | UncheckedIOException e) {
                // As said.
            }
        }
    }
}
