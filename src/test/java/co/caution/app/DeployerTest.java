package co.caution.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import co.caution.app.store.AppStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeployerTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
    private static final ObjectId COMMIT = ObjectId.fromString("1".repeat(40));

    @TempDir
    Path home;

    private final App app = new App(UUID.randomUUID(), UUID.randomUUID(), "hello", null, NOW);
    private final AppStore store = mock(AppStore.class);
    private final Repositories repositories = mock(Repositories.class);

    @Test
    void onlySoManyPushesToAnAppWait() throws Exception {
        var deployer = deployer();
        var atWork = new CountDownLatch(1);
        var over = new CountDownLatch(1);
        when(repositories.open(app.id())).thenReturn(mock(Repository.class));
        when(store.app(app.id())).thenAnswer(_ -> {
            atWork.countDown();
            over.await();
            return Optional.empty();
        });
        List<PushRun> runs = new ArrayList<>();
        runs.add(push(deployer));
        atWork.await();
        for (int place = 1; place <= 20; place++) {
            runs.add(push(deployer));
            await(runs.getLast(), "number " + place + " in line");
        }

        assertThatThrownBy(() -> push(deployer)).isInstanceOf(AppException.Conflict.class).hasMessageContaining("20 pushes");
        verify(repositories, times(21)).pin(any(), any(), any());

        over.countDown();
        for (PushRun run : runs) {
            assertThat(run.outcome().get(10, TimeUnit.SECONDS)).isInstanceOf(PushOutcome.Failed.class);
        }
        push(deployer).outcome().get(10, TimeUnit.SECONDS);
    }

    private PushRun push(Deployer deployer) throws Exception {
        return deployer.push(app, "refs/heads/main", ObjectId.zeroId(), COMMIT);
    }

    private static void await(PushRun run, String text) throws InterruptedException {
        for (int seen = 0; ; ) {
            List<String> lines = run.log().from(seen, Duration.ofSeconds(10));
            assertThat(lines).isNotEmpty();
            seen += lines.size();
            if (lines.stream().anyMatch(line -> line.contains(text))) {
                return;
            }
        }
    }

    private Deployer deployer() {
        var meters = new AppMeters(new SimpleMeterRegistry());
        var settings = new PlatformSettings(home, "localhost", "127.0.0.1", "127.0.0.1", "http://localhost", null, 1, 2, 3, 4, 1);
        return new Deployer(store, repositories, mock(ImageBuilder.class), new PushWorkers(new FrontDoorPorts(store, settings), meters),
                mock(Rollout.class), mock(Restarts.class), mock(Recovery.class), new LiveEnclaves(meters), settings,
                Clock.fixed(NOW, ZoneOffset.UTC));
    }
}
