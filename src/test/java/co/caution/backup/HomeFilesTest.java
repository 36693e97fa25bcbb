package co.caution.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

class HomeFilesTest {

    private static final int LOOKS = 300;

    @TempDir
    Path home;

    @Test
    void whatComesAndGoesWhileOneLooksDisturbsNothing() throws Exception {
        Path repository = home.resolve("repositories/a.git");
        Path main = write(repository.resolve("refs/heads/main"));
        Path object = write(repository.resolve("objects/ab/cdef"));
        var stop = new AtomicBoolean();
        var pushes = CompletableFuture.runAsync(() -> {
            while (!stop.get()) {
                churn(repository);
            }
        });
        try {
            var files = new HomeFiles(home);
            for (int i = 0; i < LOOKS; i++) {
                assertThat(files.branches()).contains(main).noneMatch(file -> file.toString().endsWith(".lock"));
                assertThat(files.rest()).contains(object);
            }
        } finally {
            stop.set(true);
            pushes.join();
        }
    }

    @Test
    void aLinkIsNotFollowed() throws IOException {
        Path secret = write(home.resolve("elsewhere/secret"));
        Path key = write(home.resolve("ssh/key"));
        Files.createSymbolicLink(home.resolve("ssh/link"), secret);
        assertThat(new HomeFiles(home).rest()).containsExactly(key);
    }

    private static void churn(Path repository) {
        try {
            for (int i = 0; i < 20; i++) {
                write(repository.resolve("refs/caution/builds/" + i));
                write(repository.resolve("refs/heads/main" + i + ".lock"));
                write(repository.resolve("objects/ab/noz" + i + ".tmp"));
            }
            FileSystemUtils.deleteRecursively(repository.resolve("refs/caution"));
            for (int i = 0; i < 20; i++) {
                Files.delete(repository.resolve("refs/heads/main" + i + ".lock"));
                Files.delete(repository.resolve("objects/ab/noz" + i + ".tmp"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "x");
    }
}
