package co.caution;

import co.caution.packages.Durable;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.springframework.util.FileSystemUtils;

/** The PostgreSQL that this program carries, unpacked: whole or not at all, one version at a time. */
final class PostgresBinaries {

    private static final String ARCHIVE = "/postgres-linux-x86_64.txz";

    private PostgresBinaries() {}

    /**
     * Unpacks them unless they are there.
     *
     * @return the directory that holds {@code bin/postgres}
     */
    static Path unpack(Path root) throws IOException {
        Path wanted = root.resolve(digest());
        if (!Files.isDirectory(wanted)) {
            // Whatever else is here is an older version, or was cut off.
            FileSystemUtils.deleteRecursively(root);
            Path fresh = Files.createDirectories(root.resolve("new"));
            try (var tar = new TarArchiveInputStream(new XZCompressorInputStream(open()))) {
                for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                    write(fresh, entry, tar);
                }
            }
            Durable.move(fresh, wanted);
        }
        return wanted;
    }

    private static void write(Path directory, TarArchiveEntry entry, InputStream content) throws IOException {
        Path to = directory.resolve(entry.getName()).normalize();
        if (entry.isDirectory()) {
            Files.createDirectories(to);
            return;
        }
        Files.createDirectories(to.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(to, Path.of(entry.getLinkName()));
        } else {
            Files.copy(content, to);
            Files.setPosixFilePermissions(to, PosixFilePermissions.fromString((entry.getMode() & 0100) != 0 ? "rwx------" : "rw-------"));
        }
    }

    private static String digest() throws IOException {
        try (var in = new DigestInputStream(open(), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has SHA-256
        }
    }

    private static InputStream open() throws IOException {
        InputStream in = PostgresBinaries.class.getResourceAsStream(ARCHIVE);
        if (in == null) {
            throw new IOException("This program carries no PostgreSQL for this machine; name one that runs elsewhere:"
                    + " CAUTION_DATABASE_URL");
        }
        return new BufferedInputStream(in);
    }
}
