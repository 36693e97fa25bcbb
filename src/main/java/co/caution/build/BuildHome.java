package co.caution.build;

import co.caution.packages.PackageHome;
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

    PackageHome packages() {
        return new PackageHome(directory);
    }

    /** OCI layouts made of packages, by the lock's SHA-256. */
    Path layers() throws IOException {
        return made("layers");
    }

    /** What is known of builders. */
    Path builders() throws IOException {
        return made("builders");
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
