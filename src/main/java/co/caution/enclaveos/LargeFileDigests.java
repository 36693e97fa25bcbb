package co.caution.enclaveos;

import co.caution.packages.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;

/** Remembers the digest of a large file by path, size and times: the kernel's archive takes half a second to read. */
final class LargeFileDigests {

    private final Path directory;

    LargeFileDigests(BuildCache cache) {
        directory = cache.directory("digests");
    }

    String sha256(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        String identity = file.toAbsolutePath() + "\n" + attributes.size() + "\n" + attributes.lastModifiedTime() + "\n"
                + attributes.fileKey() + "\n" + Files.getAttribute(file, "unix:ctime");
        Path remembered = directory.resolve(Sha256.of(identity.getBytes(StandardCharsets.UTF_8)));
        if (Files.isRegularFile(remembered)) {
            return Files.readString(remembered);
        }
        String digest = Sha256.of(file);
        Files.createDirectories(directory);
        Path temporary = Files.createTempFile(directory, "new", "");
        Files.writeString(temporary, digest);
        Files.move(temporary, remembered, StandardCopyOption.ATOMIC_MOVE);
        return digest;
    }
}
