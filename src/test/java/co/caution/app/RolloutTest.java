package co.caution.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.atLeastOnce;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import co.caution.app.store.AppStore;
import co.caution.hosting.Enclave;
import co.caution.project.Manifest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RolloutTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
    private static final String PCR = "0a".repeat(48);
    private static final String MANIFEST = new String(new Manifest(2, "e".repeat(40), "buildah", List.of(),
            "f".repeat(64), List.of("/bin/app"), List.of(), "/", new Manifest.User(0, 0, List.of()), List.of(8080), List.of(), 1, 512, false,
            null).toJson(), StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    private final App app = new App(UUID.randomUUID(), UUID.randomUUID(), "hello", null, NOW);
    private final Release release = new Release(UUID.randomUUID(), app.id(), 1, UUID.randomUUID(), "c", null, "e", 1, PCR,
            PCR, PCR, MANIFEST, "os", NOW);
    private final AppStore store = mock(AppStore.class);
    private final EnclaveLauncher launcher = mock(EnclaveLauncher.class);
    private final Traffic traffic = mock(Traffic.class);
    private final Enclave enclave = mock(Enclave.class);
    private final AppMeters meters = new AppMeters(new SimpleMeterRegistry());
    private final LiveEnclaves live = new LiveEnclaves(meters);
    private final Rollout rollout = new Rollout(store, launcher, mock(FrontDoorPorts.class), traffic, live, _ -> {},
            Clock.fixed(NOW, ZoneOffset.UTC), meters);

    @BeforeEach
    void anAppThatStarts() throws Exception {
        when(store.app(app.id())).thenReturn(Optional.of(app));
        when(launcher.start(any(), any())).thenReturn(enclave);
        when(enclave.ended()).thenReturn(new CompletableFuture<>());
    }

    @Test
    void anAppThatIsDestroyedWhileItStartsAgainDoesNotGoLive() throws Exception {
        doAnswer(_ -> {
            rollout.destroy(app.id()); // nothing is live yet
            return null;
        }).when(launcher).awaitApp(any(), any());

        var outcome = rollout.revive(app, release, new ProgressLog(directory.resolve("log")), new Cancellation());

        assertThat(outcome).isEqualTo(new PushOutcome.Failed("deployment", "the app was destroyed meanwhile"));
        assertThat(live.of(app.id())).isEmpty();
        verify(enclave, atLeastOnce()).terminate();
        var order = inOrder(traffic);
        order.verify(traffic).lead(any(), any(), any());
        order.verify(traffic).close(app.id());
    }
}
