package co.caution.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.build.BuildHome;
import co.caution.build.BuildLimits;
import co.caution.build.BuildListener;
import co.caution.build.Pipeline;
import co.caution.cli.EnclaveOs;
import co.caution.eif.Measurements;
import co.caution.enclaveos.BuildProgress;
import co.caution.enclaveos.EnclaveOsBuilder;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.enclaveos.EnclaveOsSources;
import co.caution.packages.PackageHome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which register follows what: kernel, agent and boot ramdisk are EnclaveOS's, whatever the app. */
class MeasuredPartsIT {

    @TempDir
    Path directory;

    @Test
    void anotherByteOfEnclaveOsIsAnotherPcr0AndPcr1ButTheSamePcr2() throws Exception {
        Site.requirePrerequisites();
        EnclaveOsRelease shipped = EnclaveOs.ready(Site.userCache());
        EnclaveOsRelease changed = withAnotherByte(shipped, "guest/boot.go", "security module: ", "security modulE: ");

        var site = Site.of(directory.resolve("home"), Site.userCache());
        var developer = new Developer(site, directory.resolve("anna"), "anna", false).withExample("docs/examples/hello");
        Measurements before = build(developer, shipped, "shipped");
        Measurements after = build(developer, changed, "changed");

        onlyTheAppsRegisterIsTheSame(before, after);
        // Another configuration is another kernel; that one line makes one, minutes of compiling would show and no more.
        onlyTheAppsRegisterIsTheSame(before, build(developer, new EnclaveOsRelease(shipped.lock(),
                withAnotherByte(shipped.kernel()), shipped.ramdisk(), shipped.host(), shipped.sources()), "kernel"));
        onlyTheAppsRegisterIsTheSame(before, build(developer, new EnclaveOsRelease(shipped.lock(),
                shipped.kernel(), withAnotherByte(shipped.ramdisk()), shipped.host(), shipped.sources()), "ramdisk"));
    }

    private static void onlyTheAppsRegisterIsTheSame(Measurements before, Measurements after) {
        assertThat(after.pcr2()).isEqualTo(before.pcr2());
        assertThat(after.pcr1()).isNotEqualTo(before.pcr1());
        assertThat(after.pcr0()).isNotEqualTo(before.pcr0());
    }

    private Path withAnotherByte(Path image) throws Exception {
        byte[] bytes = Files.readAllBytes(image);
        bytes[bytes.length / 2] ^= 1;
        return Files.write(directory.resolve(image.getFileName().toString()), bytes);
    }

    private EnclaveOsRelease withAnotherByte(EnclaveOsRelease shipped, String file, String what, String by) throws Exception {
        Path sources = Files.createDirectories(directory.resolve("sources"));
        Path cache = Files.createDirectories(directory.resolve("enclaveos"));
        copy(Path.of("enclaveos"), sources);
        for (String slow : List.of("kernel", "go", "go-compiled")) {
            Files.createSymbolicLink(cache.resolve(slow), Site.userCache().resolve("enclaveos").resolve(slow));
        }
        Path target = sources.resolve(file);
        String text = Files.readString(target);
        assertThat(text).contains(what);
        Files.writeString(target, text.replaceFirst(what, by));
        return new EnclaveOsBuilder(cache, new PackageHome(Site.userCache()), EnclaveOsSources.in(sources), shipped.lock())
                .build(BuildProgress.SILENT);
    }

    private Measurements build(Developer developer, EnclaveOsRelease enclaveOs, String stage) throws Exception {
        try (var repository = new FileRepositoryBuilder().setGitDir(developer.checkout.resolve(".git").toFile()).build()) {
            ObjectId head = repository.resolve("HEAD");
            return new Pipeline(new BuildHome(Site.userCache()), enclaveOs, BuildLimits.defaults())
                    .build(repository, head, directory.resolve(stage), BuildListener.SILENT)
                    .measurements();
        }
    }

    private static void copy(Path from, Path to) throws Exception {
        try (var files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }
}
