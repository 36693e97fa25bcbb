package co.caution.verify;

import co.caution.enclaveos.EnclaveOsImages;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** A plain tar archive with the files of an EnclaveOS release, in whatever directory. */
final class ReleaseFile {

    private final Path file;
    private final Map<String, byte[]> members;

    private ReleaseFile(Path file, Map<String, byte[]> members) {
        this.file = file;
        this.members = members;
    }

    static ReleaseFile at(Path file) throws IOException {
        var members = new HashMap<String, byte[]>();
        try (var tar = new TarArchiveInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
                if (entry.isFile() && EnclaveOsImages.FILES.contains(name) && entry.getSize() <= EnclaveOsImages.LARGEST) {
                    members.put(name, tar.readAllBytes());
                }
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("it is not a tar archive", e);
        }
        return new ReleaseFile(file, members);
    }

    byte[] read(String name) throws IOException {
        byte[] content = members.get(name);
        if (content == null) {
            throw new IOException(file.getFileName() + " is not a tar archive with a " + name);
        }
        return content;
    }
}
