package co.caution.app;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What runs just now: at most one enclave for an app. */
@Component
public class LiveEnclaves {

    private final Map<UUID, LiveEnclave> live = new ConcurrentHashMap<>();

    LiveEnclaves(AppMeters meters) {
        meters.gauge("caution.enclaves", "Enclaves that are live", live, Map::size);
    }

    public Optional<LiveEnclave> of(UUID app) {
        return Optional.ofNullable(live.get(app));
    }

    Set<UUID> apps() {
        return Set.copyOf(live.keySet());
    }

    @Nullable LiveEnclave put(LiveEnclave enclave) {
        return live.put(enclave.app().id(), enclave);
    }

    @Nullable LiveEnclave remove(UUID app) {
        return live.remove(app);
    }

    /** Removes the app's enclave only if it still is the one of this deployment. */
    boolean remove(UUID app, UUID deployment) {
        var running = live.get(app);
        return running != null && running.deployment().id().equals(deployment) && live.remove(app, running);
    }
}
