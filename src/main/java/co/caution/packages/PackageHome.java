package co.caution.packages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where packages are kept by digest, so that losing the directory costs time and nothing else. */
public record PackageHome(Path directory) {

    public PackageHome {
        directory = directory.toAbsolutePath().normalize();
    }

    /** {@code .deb} files by SHA-256. */
    public Path packages() throws IOException {
        return Files.createDirectories(directory.resolve("packages"));
    }

    /** Where a package lies once it was fetched. */
    public Path file(DebianPackage debian) throws IOException {
        return packages().resolve(debian.sha256() + ".deb");
    }

    /** What apt keeps for itself. */
    Path apt() throws IOException {
        return Files.createDirectories(directory.resolve("apt"));
    }
}
