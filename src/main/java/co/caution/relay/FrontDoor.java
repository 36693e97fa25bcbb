package co.caution.relay;

import co.caution.app.PlatformSettings;
import co.caution.app.Traffic;
import co.caution.hosting.Enclave;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** The public ports of running apps: one origin for each app's port, one for its evidence. */
@Component
class FrontDoor implements Traffic {

    private final PlatformSettings settings;
    private final AttestationRelay attestations;
    private final WellKnown files;
    private final DoorTls tls;
    private final DoorLimits limits;
    private final Map<UUID, Map<Integer, Door>> doors = new ConcurrentHashMap<>();

    FrontDoor(PlatformSettings settings, AttestationRelay attestations, WellKnown files, DoorTls tls, DoorLimits limits) {
        this.settings = settings;
        this.attestations = attestations;
        this.files = files;
        this.tls = tls;
        this.limits = limits;
    }

    @Override
    public synchronized void requireFree(UUID app, Map<Integer, Integer> ports) throws IOException {
        var open = doors.getOrDefault(app, Map.of());
        for (var port : ports.entrySet()) {
            if (!open.containsKey(port.getKey())) {
                open(app, port.getKey(), port.getValue()).close();
            }
        }
    }

    @Override
    public synchronized void lead(UUID app, Map<Integer, Integer> ports, Enclave enclave) throws IOException {
        var open = doors.getOrDefault(app, Map.of());
        var next = new HashMap<Integer, Door>();
        List<Door> fresh = new ArrayList<>();
        try {
            for (var port : ports.entrySet()) {
                Door door = open.get(port.getKey());
                if (door == null) {
                    door = open(app, port.getKey(), port.getValue());
                    fresh.add(door);
                }
                next.put(port.getKey(), door);
            }
        } catch (IOException e) {
            fresh.forEach(Door::close);
            throw e;
        }
        next.values().forEach(door -> door.leadTo(enclave));
        open.forEach((guestPort, door) -> {
            if (!next.containsKey(guestPort)) {
                door.close();
            }
        });
        doors.put(app, next);
    }

    @Override
    public synchronized void close(UUID app) {
        var open = doors.remove(app);
        if (open != null) {
            open.values().forEach(Door::close);
        }
    }

    @PreDestroy
    void closeAll() {
        List.copyOf(doors.keySet()).forEach(this::close);
    }

    private Door open(UUID app, int guestPort, int publicPort) throws IOException {
        try {
            return guestPort == ATTESTATION
                    ? new AttestationDoor(settings.bind(), publicPort, app, attestations, files, tls, limits)
                    : new StreamDoor(settings.bind(), publicPort, guestPort, StreamDoor.IDLE);
        } catch (IOException e) {
            throw new IOException("port " + publicPort + " of " + settings.bind() + ", where this app is reached, cannot be"
                    + " opened: " + e.getMessage() + "; stop what uses it and push again", e);
        }
    }
}
