package co.caution.app;

import co.caution.app.store.AppStore;
import co.caution.hosting.Enclave;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Which ports of this machine lead to which app. An app keeps its ports for as long as it exists. */
@Component
class FrontDoorPorts {

    /**
     * Where an app is reached.
     *
     * @param application present while what was live last has a port
     * @param attestation present from the start
     * @param channel present while what was live last has a port
     */
    record Urls(Optional<String> application, Optional<String> attestation, Optional<String> channel) {}

    private final AppStore store;
    private final PlatformSettings settings;

    FrontDoorPorts(AppStore store, PlatformSettings settings) {
        this.store = store;
        this.settings = settings;
    }

    /** Guest port to public port, as far as they are assigned. */
    Map<Integer, Integer> of(UUID app) {
        return store.ports(app);
    }

    /**
     * Guest port to public port, for the app's ports, its channel where it has any, and the attestation endpoint; new ones
     * are taken as needed.
     */
    synchronized Map<Integer, Integer> assign(UUID app, List<Integer> guestPorts) throws DeploymentException {
        var assigned = store.ports(app);
        var taken = new HashSet<>(store.takenPorts());
        var wanted = new ArrayList<>(guestPorts);
        wanted.add(Traffic.ATTESTATION);
        if (!guestPorts.isEmpty()) {
            wanted.add(Enclave.CHANNEL_PORT);
        }
        for (int guestPort : wanted) {
            if (!assigned.containsKey(guestPort)) {
                int free = free(taken);
                taken.add(free);
                while (!store.insertPort(app, guestPort, free)) {
                    if (store.app(app).isEmpty()) {
                        throw new DeploymentException("the app was destroyed meanwhile");
                    }
                    free = free(taken);
                    taken.add(free);
                }
                assigned.put(guestPort, free);
            }
        }
        assigned.keySet().retainAll(wanted);
        return assigned;
    }

    /** By app, of all of these. */
    Map<UUID, Urls> urls(Collection<UUID> apps) {
        var ports = store.ports(apps);
        var live = store.lastLive(apps);
        var releases = store.releasesOf(live.values());
        var urls = new HashMap<UUID, Urls>();
        for (UUID app : apps) {
            var deployed = Optional.ofNullable(live.get(app))
                    .map(deployment -> releases.get(deployment.releaseId()))
                    .map(EnclaveLauncher::ports)
                    .orElse(List.of());
            urls.put(app, urls(ports.getOrDefault(app, Map.of()), deployed));
        }
        return urls;
    }

    private Urls urls(Map<Integer, Integer> ports, List<Integer> deployed) {
        return new Urls(
                deployed.stream().findFirst().map(ports::get).map(settings::appUrl),
                Optional.ofNullable(ports.get(Traffic.ATTESTATION)).map(settings::attestationUrl),
                deployed.isEmpty() ? Optional.empty() : Optional.ofNullable(ports.get(Enclave.CHANNEL_PORT)).map(settings::channelUrl));
    }

    private int free(HashSet<Integer> taken) throws DeploymentException {
        for (int port = settings.firstPort(); port <= settings.lastPort(); port++) {
            if (!taken.contains(port) && bindable(port)) {
                return port;
            }
        }
        throw new DeploymentException("every port from " + settings.firstPort() + " to " + settings.lastPort()
                + " is taken; widen caution.first-port … caution.last-port, or destroy an app");
    }

    private boolean bindable(int port) {
        try (var _ = new ServerSocket(port, 1, InetAddress.getByName(settings.bind()))) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
