package co.caution.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import co.caution.e2e.Developer.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service whose home and cache are on a small disk that fills up. */
@Tag("full")
class DiskFullIT {

    private static final int MIB = 1 << 20;

    @TempDir
    Path directory;

    @Test
    void aFullDiskFailsPushesInWordsAndNothingElse() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "a small disk of its own takes root to mount");
        Path disk = Files.createDirectories(directory.resolve("disk"));
        run("mount", "-t", "tmpfs", "-o", "size=6g", "small", disk.toString());
        try (var service = new Service(disk.resolve("service"), Map.of()).start()) {
            var anna = new Developer(service.site, directory.resolve("anna"), "anna", true).withExample("docs/examples/hello");
            anna.caution("init", "--name", "hello");
            var app = LiveApp.of(anna.commit("Link the app").push());
            anna.replace("hello.c", "\"%s\\n\"", "\"%s again\\n\"").commit("Again");
            Path filler = disk.resolve("filler");

            fill(filler, disk, 500L * MIB);
            Result early = anna.push();
            assertThat(early.exitCode()).isEqualTo(1);
            assertThat(early.output()).contains("fatal: nothing was taken: the platform's disk is nearly full", "make room");
            assertThat(app.answer()).contains("Hello");

            fill(filler, disk, 0);
            byte[] large = new byte[4 * MIB];
            new Random(1).nextBytes(large);
            Files.write(anna.checkout.resolve("noise.bin"), large);
            anna.commit("More than there is room for");
            Result full = anna.push();
            assertThat(full.exitCode()).as(full.output()).isNotZero();
            assertThat(full.output()).containsAnyOf("disk is full", "disk is nearly full", "No space left", "database cannot be reached");
            assertThat(app.answer()).contains("Hello");
            assertThat(app.attests()).isEqualTo(200);

            Files.delete(filler);
            service.awaitHealth(Duration.ofMinutes(1));
            LiveApp.of(anna.push()).awaitAnswer("again");
            service.remains().noFileIsLeft();
        } finally {
            run("umount", "--lazy", disk.toString());
        }
    }

    /** Writes until only so much is free. */
    private static void fill(Path file, Path disk, long free) throws IOException {
        byte[] block = new byte[MIB];
        try (var out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (Files.getFileStore(disk).getUsableSpace() > free) {
                out.write(block);
            }
        } catch (IOException e) {
            // Full it is.
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).as(String.join(" ", command)).isZero();
    }
}
