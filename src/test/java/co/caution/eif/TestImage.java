package co.caution.eif;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Small images for tests. */
final class TestImage {

    private TestImage() {}

    static Measurements write(Path out, String kernel, String cmdline, String... ramdisks) throws IOException {
        Path folder = Files.createTempDirectory(out.toAbsolutePath().getParent(), "parts");
        List<Path> disks = new ArrayList<>();
        for (String ramdisk : ramdisks) {
            disks.add(Files.writeString(folder.resolve("ramdisk" + disks.size()), ramdisk));
        }
        return EifWriter.write(out, Files.writeString(folder.resolve("kernel"), kernel), cmdline,
                EifMetadata.json("test", "1", "6.12"), disks);
    }
}
