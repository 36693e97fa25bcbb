package co.caution.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where builds keep what outlives them (packages, layers made of packages: both named by digest, so that losing the
 * directory costs time and nothing else) and where each has its work directory while it runs.
 */
public record BuildHome(Path directory) {

    public BuildHome {
        directory = directory.toAbsolutePath().normalize();
    }

    /** {@code .deb} files by SHA-256. */
    public Path packages() throws IOException {
        return made("packages");
    }

    /** OCI layouts made of packages, by the lock's SHA-256. */
    Path layers() throws IOException {
        return made("layers");
    }

    /** What is known of builders. */
    Path builders() throws IOException {
        return made("builders");
    }

    /** What apt keeps for itself. */
    Path apt() throws IOException {
        return made("apt");
    }

    Path newWork() throws IOException {
        return Files.createTempDirectory(
                made("work"),
                "build-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private Path made(String name) throws IOException {
        return Files.createDirectories(directory.resolve(name));
    }
}
