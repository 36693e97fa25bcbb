package co.caution.app;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import co.caution.app.store.AppStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessResourceFailureException;

class RestartsTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
    private static final String PCR = "0a".repeat(48);

    @TempDir
    Path home;

    private final App app = new App(UUID.randomUUID(), UUID.randomUUID(), "hello", null, NOW);
    private final Release release = new Release(UUID.randomUUID(), app.id(), 1, UUID.randomUUID(), "c", null, "e", 1, PCR,
            PCR, PCR, "{}", "os", NOW);
    private final Deployment live = Deployment.starting(release, NOW).attested().live(NOW);
    private final AppStore store = mock(AppStore.class);
    private final Rollout rollout = mock(Rollout.class);
    private Restarts restarts;

    @BeforeEach
    void start() {
        when(store.app(app.id())).thenReturn(Optional.of(app));
        var settings = new PlatformSettings(home, "localhost", "127.0.0.1", "127.0.0.1", "http://localhost", null, 1, 2, 3, 4, 1);
        restarts = new Restarts(store, rollout, settings, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @AfterEach
    void stop() throws InterruptedException {
        restarts.stop(Duration.ofSeconds(5));
    }

    @Test
    void aDatabaseThatFailsInTheMiddleOfAStartIsNoReasonToGiveTheAppUp() throws Exception {
        when(store.apps()).thenReturn(List.of(app));
        when(store.lastLive(app.id())).thenReturn(Optional.of(live.stopped("the service ended", NOW)));
        when(store.release(release.id())).thenReturn(Optional.of(release));
        when(rollout.revive(any(), any(), any(), any()))
                .thenThrow(new DataAccessResourceFailureException("terminating connection"))
                .thenReturn(new PushOutcome.Live(release));

        restarts.resume();

        verify(rollout, timeout(10_000).times(2)).revive(any(), any(), any(), any());
    }

    @Test
    void anEndThatCannotBeRecordedIsFollowedByAStartAllTheSame() throws Exception {
        doThrow(new DataAccessResourceFailureException("terminating connection")).when(store).update(any(Deployment.class));
        when(rollout.revive(any(), any(), any(), any())).thenReturn(new PushOutcome.Live(release));

        restarts.ended(new Rollout.Ended(app, release, live, "the app exited with code 1"));

        verify(rollout, timeout(10_000)).revive(any(), any(), any(), any());
    }

    @Test
    void whatFailsBecauseTheServiceStopsIsNotTriedAgain() throws Exception {
        when(rollout.revive(any(), any(), any(), any())).thenAnswer(_ -> {
            restarts.stop(Duration.ZERO);
            Thread.interrupted(); // as tidying up does
            throw new DataAccessResourceFailureException("interrupted");
        });

        restarts.ended(new Rollout.Ended(app, release, live, "the app exited with code 1"));

        verify(rollout, timeout(10_000)).revive(any(), any(), any(), any());
        restarts.stop(Duration.ofSeconds(10));
        verify(rollout, times(1)).revive(any(), any(), any(), any());
    }
}
