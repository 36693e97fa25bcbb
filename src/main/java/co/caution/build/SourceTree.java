package co.caution.build;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An exported tree.
 *
 * @param id of the git tree, hex
 */
record SourceTree(String id, Path directory) {

    /** A regular file of the tree, reached without following a link; null if there is none. */
    @Nullable Path file(String path) {
        Path at = directory;
        String[] parts = path.split("/");
        for (int i = 0; i < parts.length; i++) {
            if (parts[i].isEmpty() || parts[i].equals("..") || parts[i].equals(".")) {
                return null;
            }
            at = at.resolve(parts[i]);
            boolean last = i == parts.length - 1;
            boolean fits = last
                    ? Files.isRegularFile(at, LinkOption.NOFOLLOW_LINKS)
                    : Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS);
            if (!fits) {
                return null;
            }
        }
        return at;
    }

    byte[] bytes(Path file, int most, String phase) throws BuildException, IOException {
        if (Files.size(file) > most) {
            throw new BuildException(
                    phase, directory.relativize(file) + " is larger than " + (most >> 10) + " KiB; shorten it");
        }
        return Files.readAllBytes(file);
    }

    String text(Path file, int most, String phase) throws BuildException, IOException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes(file, most, phase))).toString();
        } catch (CharacterCodingException e) {
            throw new BuildException(phase, directory.relativize(file) + " is not UTF-8 text; save it as UTF-8");
        }
    }
}
