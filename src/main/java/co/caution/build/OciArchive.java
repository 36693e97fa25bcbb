package co.caution.build;

import co.caution.project.Procfile;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** An OCI image layout as one tar file, the Procfile's {@code oci-tarball}. */
final class OciArchive {

    static final String BUILDER = "oci-tarball";
    private static final Pattern MEMBER = Pattern.compile("index\\.json|oci-layout|blobs/sha256/[0-9a-f]{64}");
    private static final int MAX_MEMBERS = 2048;

    private OciArchive() {}

    static ContainerImage unpack(SourceTree source, Procfile procfile, Work work, BuildLog log)
            throws BuildException, IOException {
        log.phase(Phase.IMAGE);
        String path = Objects.requireNonNull(procfile.ociTarball());
        Path file = source.file(path);
        if (file == null) {
            throw new BuildException(
                    Phase.IMAGE,
                    "the repository has no " + path + ", which the Procfile's `oci-tarball` names; commit it, or add"
                            + " `build:` if it is where the image is to be exported to");
        }
        Path layout = work.directory().resolve("layout");
        try {
            unpack(file, layout);
        } catch (IOException e) {
            throw new BuildException(Phase.IMAGE, path + " is not a sound OCI archive: " + e.getMessage(), e);
        }
        return new ContainerImage(BUILDER, List.of(), layout);
    }

    /** @throws IOException if it is not a sound one; the message says why */
    static void unpack(Path file, Path layout) throws IOException {
        Files.createDirectories(layout.resolve("blobs/sha256"));
        try (var tar = new TarArchiveInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16), "UTF-8")) {
            int members = 0;
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                String name = entry.getName().startsWith("./") ? entry.getName().substring(2) : entry.getName();
                if (++members > MAX_MEMBERS) {
                    throw new IOException("it has more than " + MAX_MEMBERS + " members");
                }
                if (entry.isFile() && !entry.isSparse() && MEMBER.matcher(name).matches()) {
                    try (var out = Files.newOutputStream(layout.resolve(name), StandardOpenOption.CREATE_NEW)) {
                        tar.transferTo(out);
                    }
                }
            }
        }
        if (!Files.exists(layout.resolve("index.json"))) {
            throw new IOException("it has no index.json; save it with `podman save --format oci-archive`");
        }
    }

    /** Names sorted, times zero, owners nobody: the same image gives the same archive. */
    static void pack(Path layout, Path to) throws IOException {
        try (var files = Files.walk(layout);
                var out = new TarArchiveOutputStream(
                        new BufferedOutputStream(Files.newOutputStream(to, StandardOpenOption.CREATE_NEW), 1 << 16))) {
            out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            // The layout was written by the sandbox: what a link in it leads to is none of the image's.
            for (Path file : files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).sorted().toList()) {
                var entry = new TarArchiveEntry(layout.relativize(file).toString());
                entry.setSize(Files.size(file));
                entry.setModTime(0L);
                out.putArchiveEntry(entry);
                Files.copy(file, out);
                out.closeArchiveEntry();
            }
        }
    }
}
