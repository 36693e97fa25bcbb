package co.caution.app;

import co.caution.app.store.AppStore;
import co.caution.hosting.Enclave;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Which ports of this machine lead to which app. An app keeps its ports for as long as it exists. */
@Component
class FrontDoorPorts {

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

    Optional<String> application(UUID app) {
        var ports = store.ports(app);
        return deployedPorts(app).stream().findFirst().map(ports::get).map(settings::appUrl);
    }

    Optional<String> attestation(UUID app) {
        return Optional.ofNullable(store.ports(app).get(Traffic.ATTESTATION)).map(settings::attestationUrl);
    }

    /** Present while what was live last has a port. */
    Optional<String> channel(UUID app) {
        return deployedPorts(app).isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(store.ports(app).get(Enclave.CHANNEL_PORT)).map(settings::channelUrl);
    }

    private List<Integer> deployedPorts(UUID app) {
        return store.lastLive(app)
                .flatMap(deployment -> store.release(deployment.releaseId()))
                .map(EnclaveLauncher::ports)
                .orElse(List.of());
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
