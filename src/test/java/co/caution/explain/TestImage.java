package co.caution.explain;

import static java.nio.charset.StandardCharsets.UTF_8;

import co.caution.eif.CpioArchive;
import co.caution.eif.CpioEntry;
import co.caution.eif.Eif;
import co.caution.eif.EifMetadata;
import co.caution.eif.EifWriter;
import co.caution.project.Manifest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A small image with an app's ramdisk of the usual form. */
final class TestImage {

    private final Path directory;
    private final List<CpioEntry> system = new ArrayList<>(List.of(CpioEntry.file("init", 0755, 0, 0, "agent".getBytes(UTF_8))));
    private final List<CpioEntry> app = new ArrayList<>(List.of(
            CpioEntry.directory("app", 0755, 0, 0), CpioEntry.directory("app/rootfs", 0755, 0, 0)));

    TestImage(Path directory) {
        this.directory = directory;
    }

    TestImage system(String name, String content) {
        system.add(CpioEntry.file(name, 0644, 0, 0, content.getBytes(UTF_8)));
        return this;
    }

    TestImage file(String path, String content) {
        return beside("rootfs" + path, content);
    }

    TestImage beside(String name, String content) {
        app.add(CpioEntry.file("app/" + name, 0644, 0, 0, content.getBytes(UTF_8)));
        return this;
    }

    TestImage manifest(Manifest manifest) {
        return beside("manifest.json", new String(manifest.toJson(), UTF_8));
    }

    static Manifest manifest(List<String> env, String files) {
        return new Manifest(2, "e".repeat(40), "buildah", List.of(), files, List.of("/app"), env, "/",
                new Manifest.User(0, 0, List.of()), List.of(8080), List.of(), 1, 512, false, null);
    }

    Eif write(String name) throws IOException {
        Files.createDirectories(directory);
        Path kernel = Files.write(directory.resolve("kernel"), new byte[512]);
        Path file = directory.resolve(name);
        EifWriter.write(file, kernel, "reboot=k", EifMetadata.json("test", "1", "test"),
                List.of(ramdisk("0.cpio", system), ramdisk("1.cpio", app)));
        return Eif.read(file);
    }

    private Path ramdisk(String name, List<CpioEntry> entries) throws IOException {
        Path file = directory.resolve(name);
        try (OutputStream out = Files.newOutputStream(file)) {
            CpioArchive.write(out, entries);
        }
        return file;
    }
}
