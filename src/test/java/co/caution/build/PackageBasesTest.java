package co.caution.build;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.packages.PackageLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers stand in a cache from which an app's own lock decides. */
class PackageBasesTest {

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    @TempDir
    Path directory;

    @Test
    void theLastTwentyThatWereUsedStayAndWhatMayBeInUse() throws IOException {
        Path layers = Files.createDirectory(directory.resolve("layers"));
        Path work = Files.createDirectory(directory.resolve("work"));
        for (int i = 0; i < 30; i++) {
            layer(layers, i, NOW.minus(Duration.ofMinutes(i)));
        }
        for (int i = 30; i < 40; i++) {
            layer(layers, i, NOW.minus(Duration.ofHours(i)));
        }
        PackageBases.removeOld(layers, work, NOW);
        assertThat(layers.toFile().list()).containsExactlyInAnyOrder(IntStream.range(0, 30).mapToObj(i -> "layer-" + i).toArray(String[]::new));

        PackageBases.removeOld(layers, work, NOW.plus(Duration.ofDays(1)));
        assertThat(layers.toFile().list()).containsExactlyInAnyOrder(IntStream.range(0, 20).mapToObj(i -> "layer-" + i).toArray(String[]::new));
        assertThat(work).isEmptyDirectory();
    }

    /** It counts as used from now on. */
    @Test
    void whatIsThereIsTakenAndStaysLonger() throws Exception {
        var home = new BuildHome(directory);
        PackageLock lock = new PackageLock(List.of());
        Path cached = home.layers().resolve(lock.digest());
        layer(home.layers(), 0, Instant.now().minus(Duration.ofDays(2)));
        Files.move(home.layers().resolve("layer-0"), cached);

        PackageBases.Base base = new PackageBases(home).base(lock, directory, BuildListener.SILENT);

        assertThat(base.layout()).isEqualTo(cached);
        assertThat(base.digest()).isEqualTo("sha256:0");
        assertThat(Files.getLastModifiedTime(cached.resolve("digest")).toInstant()).isAfter(Instant.now().minus(Duration.ofDays(1)));
    }

    private static void layer(Path layers, int number, Instant used) throws IOException {
        Path layer = Files.createDirectories(layers.resolve("layer-" + number + "/blobs")).getParent();
        Files.writeString(layer.resolve("blobs/blob"), "a blob");
        Files.writeString(layer.resolve("digest"), "sha256:" + number + "\n");
        Files.setLastModifiedTime(layer.resolve("digest"), FileTime.from(used));
    }
}
