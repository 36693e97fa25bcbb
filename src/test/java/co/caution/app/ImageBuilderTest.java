package co.caution.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import co.caution.app.store.AppStore;
import co.caution.build.BuildException;
import co.caution.build.Pipeline;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.paging.Page;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Twelve builds of an app, each of which left a stage. */
class ImageBuilderTest {

    private final App app = new App(UUID.randomUUID(), UUID.randomUUID(), "app", null, Instant.EPOCH);
    private final List<Build> newestFirst = Stream.generate(() -> Build.started(app.id(), "refs/heads/main", "a".repeat(40), Instant.EPOCH))
            .limit(12).toList();
    private final AppStore store = mock(AppStore.class);
    private final Pipeline pipeline = mock(Pipeline.class);

    @TempDir
    Path home;

    @BeforeEach
    void stages() throws IOException {
        for (Build each : newestFirst) {
            Files.createDirectories(stage(each).resolve("rootfs"));
        }
        when(store.buildsOf(eq(app.id()), any())).thenReturn(new Page<>(newestFirst, null));
    }

    @Test
    void whoseBuildsAllFailLeavesNoMoreStagesThanAnybody() throws Exception {
        when(pipeline.build(any(), any(), any(), any())).thenThrow(new BuildException("source", "there is no Procfile"));

        assertThatThrownBy(() -> builder().build(app, newestFirst.getFirst(), mock(Repository.class), ObjectId.zeroId(),
                new ProgressLog(home.resolve("log")))).isInstanceOf(DeploymentException.class);

        assertThat(newestFirst.subList(0, 10)).allSatisfy(each -> assertThat(stage(each)).exists());
        assertThat(newestFirst.subList(10, 12)).allSatisfy(each -> assertThat(stage(each)).doesNotExist());
    }

    @Test
    void ofAnAppThatWasDestroyedNoStageStays() {
        builder().forget(app);
        assertThat(newestFirst).allSatisfy(each -> assertThat(stage(each)).doesNotExist());
        assertThat(newestFirst).allSatisfy(each -> assertThat(stage(each).getParent()).exists());
    }

    private ImageBuilder builder() {
        return new ImageBuilder(pipeline, mock(EnclaveOsRelease.class), store, TestRepositories.settings(home), Clock.systemUTC(),
                new AppMeters(new SimpleMeterRegistry()));
    }

    private Path stage(Build build) {
        return TestRepositories.settings(home).build(build.id()).resolve(ImageBuilder.STAGE);
    }
}
