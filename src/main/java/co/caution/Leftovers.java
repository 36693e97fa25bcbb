package co.caution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.springframework.util.FileSystemUtils;

/**
 * What a killed service was still writing: everything that matters is written under such a name and then moved. And the
 * tables that it was copying into a backup.
 */
final class Leftovers {

    private static final List<String> WHERE = List.of(".", "ssh", "images", "enclaveos");

    private Leftovers() {}

    /** Only while the home is locked: nobody writes there then. */
    static void sweep(Path home) throws IOException {
        for (String directory : WHERE) {
            Path where = home.resolve(directory);
            if (Files.isDirectory(where)) {
                try (var drafts = Files.newDirectoryStream(where, "{*.new,.new*,.simulated-root*,backup-*}")) {
                    for (Path draft : drafts) {
                        FileSystemUtils.deleteRecursively(draft);
                    }
                }
            }
        }
    }
}
