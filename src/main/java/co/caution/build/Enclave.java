package co.caution.build;

import co.caution.eif.EifMetadata;
import co.caution.eif.EifWriter;
import co.caution.eif.Measurements;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.packages.Sha256;
import co.caution.project.Manifest;
import co.caution.project.Procfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts EnclaveOS and the application together: one image, two ramdisks, so that each has a register of its own. */
final class Enclave {

    /** Header, section headers and metadata, generously: what the image is larger than its parts. */
    private static final long OVERHEAD = 64 << 10;

    private final EnclaveOsRelease os;
    private final Stage stage;
    private @Nullable Measurements measurements;

    Enclave(EnclaveOsRelease os, Stage stage) {
        this.os = os;
        this.stage = stage;
    }

    Manifest write(
            SourceTree source, ContainerImage image, ImageConfig config, Procfile procfile, RootFs fs, BuildLog log)
            throws BuildException, IOException {
        var ramdisk = new AppRamdisk(fs);
        byte[] list = FileLists.of(fs).toBytes();
        Files.write(stage.files(), list);
        String files = Sha256.of(list);
        // Written twice: the manifest says how much memory, and that depends on the size of what holds the manifest.
        Path app = stage.ramdisk();
        ramdisk.write(manifest(source, image, config, procfile, files, 0).toJson(), app);
        long eif = Files.size(os.kernel()) + Files.size(os.ramdisk()) + Files.size(app) + OVERHEAD;
        int memory = Memory.choose(eif, Files.size(os.ramdisk()) + ramdisk.unpacked(), procfile.memoryMb());
        if (procfile.memoryMb() == null) {
            log.note("Memory: " + memory + " MB, as the Procfile names none");
        }
        Manifest manifest = manifest(source, image, config, procfile, files, memory);
        byte[] json = manifest.toJson();
        ramdisk.write(json, app);
        Files.write(stage.manifest(), json);
        byte[] metadata = EifMetadata.json("caution", source.id(), "EnclaveOS " + os.digest());
        measurements =
                EifWriter.write(stage.eif(), os.kernel(), os.cmdline(), metadata, List.of(os.ramdisk(), app));
        return manifest;
    }

    Measurements measurements() {
        if (measurements == null) {
            throw new IllegalStateException("nothing is written yet");
        }
        return measurements;
    }

    private static Manifest manifest(
            SourceTree source, ContainerImage image, ImageConfig config, Procfile procfile, String files, int memory) {
        return new Manifest(
                Pipeline.VERSION,
                source.id(),
                image.builder(),
                image.bases(),
                files,
                config.argv(),
                config.env(),
                config.workdir(),
                config.user(),
                config.ports(),
                procfile.egress(),
                procfile.cpus(),
                memory,
                procfile.reportStderr(),
                procfile.metadata());
    }
}
