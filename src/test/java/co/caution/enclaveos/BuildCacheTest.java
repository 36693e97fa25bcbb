package co.caution.enclaveos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildCacheTest {

    @TempDir
    Path directory;

    @Test
    void twoWhoWantTheSameBuildItOnce() throws Exception {
        AtomicInteger builds = new AtomicInteger();
        Callable<Path> want = () -> {
            BuildCache cache = new BuildCache(directory);
            return cache.locked(() -> cache.get("kind", "digest", (work, result) -> {
                builds.incrementAndGet();
                Files.writeString(result.resolve("file"), "whole");
            }));
        };
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Path> built : executor.invokeAll(List.of(want, want, want))) {
                assertThat(built.get().resolve("file")).hasContent("whole");
            }
        }
        assertThat(builds).hasValue(1);
    }

    @Test
    void aBuildThatFailsLeavesNothing() throws Exception {
        BuildCache cache = new BuildCache(directory);
        assertThatThrownBy(() -> cache.locked(() -> cache.get("kind", "digest", (work, result) -> {
                    Files.writeString(work.resolve("half"), "x");
                    throw new IOException("disk full");
                })))
                .hasMessage("disk full");
        assertThat(cache.entry("kind", "digest")).doesNotExist();
        try (Stream<Path> left = Files.list(directory.resolve("tmp"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aDamagedReleaseIsNotLoaded() throws Exception {
        for (String name : EnclaveOsLock.OUTPUTS) {
            Files.writeString(directory.resolve(name), name);
        }
        LockedInputs inputs = TestLocks.inputs();
        ReleaseFiles.write(directory, inputs);
        assertThat(ReleaseFiles.read(directory, inputs)).isPresent();
        Files.writeString(directory.resolve(EnclaveOsLock.HOST), "something else");
        assertThat(ReleaseFiles.read(directory, inputs)).isEmpty();
    }
}
