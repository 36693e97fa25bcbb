package co.caution.packages;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Packages unpacked into a directory, as whoever unpacks them: owners and special mode bits are not kept. */
public final class PackageTree {

    private PackageTree() {}

    /**
     * @param files of the packages, in their order
     * @param work a directory for some hundred megabytes
     * @param directory is there and empty
     * @throws PackageException naming the package that is none, or two that hold the same file
     */
    public static void unpack(List<DebianPackage> packages, List<Path> files, Path work, Path directory)
            throws IOException {
        Path layer = work.resolve("layer.tar");
        PackageLayer.write(packages, files, layer);
        try (var tar = new TarArchiveInputStream(new BufferedInputStream(Files.newInputStream(layer), 1 << 16), "UTF-8")) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                write(entry, tar, directory);
            }
        }
        Files.delete(layer);
    }

    private static void write(TarArchiveEntry entry, TarArchiveInputStream tar, Path directory) throws IOException {
        Path path = directory.resolve(entry.getName()).normalize();
        if (!path.startsWith(directory)) {
            throw new PackageException(entry.getName() + " leads out of the directory");
        }
        // Packages may rely on another's, or on nobody's, to have made a directory.
        Files.createDirectories(path.getParent());
        if (entry.isDirectory()) {
            Files.createDirectories(path);
        } else if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else if (entry.isLink()) {
            Files.createLink(path, directory.resolve(entry.getLinkName()));
        } else {
            Files.copy(tar, path);
            Files.setPosixFilePermissions(path, permissions(entry.getMode()));
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.copyOf(PosixFilePermissions.fromString("rw-r--r--"));
        if ((mode & 0100) != 0) {
            permissions.addAll(PosixFilePermissions.fromString("--x--x--x"));
        }
        return permissions;
    }
}
