package co.caution.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import co.caution.app.store.AppStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PushWorkersTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
    private static final String PCR = "0a".repeat(48);

    @TempDir
    Path directory;

    private final App app = new App(UUID.randomUUID(), UUID.randomUUID(), "hello", null, NOW);
    private final Build build = Build.started(app.id(), "refs/heads/main", "c", NOW);
    private final PushOutcome live = new PushOutcome.Live(new Release(UUID.randomUUID(), app.id(), 1, build.id(), "c", null,
            "e", 1, PCR, PCR, PCR, "{}", "os", NOW));
    private final PushWorkers workers = new PushWorkers(new FrontDoorPorts(mock(AppStore.class), mock(PlatformSettings.class)),
            new AppMeters(new SimpleMeterRegistry()));
    private final Cancellation cancellation = new Cancellation();
    private final List<PushOutcome> recorded = new ArrayList<>();
    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("push.log");
    }

    @Test
    void aCancelledPushIsCancelledWhateverTheInterruptedStepSays() throws Exception {
        var begun = new CountDownLatch(1);
        var run = run(() -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                return new PushOutcome.Failed("build", "a file was closed by an interrupt");
            }
            return live;
        });
        begun.await();
        workers.cancel(build, file);
        assertThat(ended(run)).isEqualTo(new PushOutcome.Cancelled());
        assertThat(recorded).containsExactly(new PushOutcome.Cancelled());
    }

    @Test
    void aPushThatTheServiceStopsIsToldSo() throws Exception {
        var begun = new CountDownLatch(1);
        var run = run(() -> {
            begun.countDown();
            new CountDownLatch(1).await();
            return live;
        });
        begun.await();
        workers.interrupt();
        assertThat(ended(run)).isEqualTo(PushOutcome.Failed.serviceStopped());
    }

    /** The branch has yet to move then, and an interrupted thread writes no file of git's. */
    @Test
    void whatIsGoingLiveWhenTheServiceStopsDoesSoToItsEnd() throws Exception {
        var going = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        var run = run(() -> {
            cancellation.lastMoment();
            going.countDown();
            stopped.await();
            return live;
        });
        going.await();
        workers.interrupt();
        stopped.countDown();
        assertThat(ended(run)).isEqualTo(live);
        assertThat(recorded).containsExactly(live);
    }

    @Test
    void aPushThatComesWhileTheServiceStopsIsRefusedAndItsLogEnds() throws Exception {
        workers.interrupt();
        var run = run(() -> live);
        assertThat(ended(run)).isEqualTo(PushOutcome.Failed.serviceStopped());
        assertThat(recorded).containsExactly(PushOutcome.Failed.serviceStopped());
        assertThat(run.log().from(0, Duration.ZERO)).contains("fatal: service failed: the service was stopped; push again");
        assertThat(workers.following(file)).isEmpty();
    }

    private PushRun run(Callable<PushOutcome> work) {
        return workers.run(app, build.id(), false, file, new ProgressLog(file), cancellation, work, recorded::add);
    }

    private static PushOutcome ended(PushRun run) throws Exception {
        return run.outcome().get(10, TimeUnit.SECONDS);
    }
}
