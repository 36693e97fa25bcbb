package co.caution.app;

import co.caution.app.store.AppStore;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.hosting.Capacity;
import co.caution.hosting.EnclaveHost;
import java.io.File;
import org.springframework.stereotype.Service;

/** What this platform is and how much room it has, over all organizations and of none in particular. */
@Service
public class Platform {

    /** @param free what can be had now; not always what {@code used} leaves of {@code total} */
    public record Room(long total, long used, long free) {}

    private final EnclaveHost host;
    private final EnclaveOsRelease enclaveOs;
    private final AppStore store;
    private final PlatformSettings settings;

    Platform(EnclaveHost host, EnclaveOsRelease enclaveOs, AppStore store, PlatformSettings settings) {
        this.host = host;
        this.enclaveOs = enclaveOs;
        this.store = store;
        this.settings = settings;
    }

    public String hosting() {
        return host.kind();
    }

    /** Whether evidence from here rests on something else than hardware. */
    public boolean simulated() {
        return !host.trustRoot().hardware();
    }

    public String enclaveOs() {
        return enclaveOs.digest();
    }

    /** Of every image that is built here now. */
    public String pcr1() {
        return enclaveOs.lock().pcr1();
    }

    /** In bytes. */
    public Room memory() {
        Capacity capacity = host.capacity();
        return new Room(capacity.memoryTotal(), capacity.memoryUsed(), capacity.memoryFree());
    }

    public Room cpus() {
        Capacity capacity = host.capacity();
        return new Room(capacity.cpusTotal(), capacity.cpusUsed(), Math.max(0, capacity.cpusTotal() - capacity.cpusUsed()));
    }

    /** Front doors: each app has one for its evidence, and one for each of its ports and its channel. */
    public Room ports() {
        int total = settings.lastPort() - settings.firstPort() + 1;
        int used = store.takenPorts().size();
        return new Room(total, used, Math.max(0, total - used));
    }

    /** Where repositories and images are kept, in bytes. */
    public Room disk() {
        File home = settings.home().toFile(); // a FileStore is found by its mount, which a chroot does not show
        return new Room(home.getTotalSpace(), home.getTotalSpace() - home.getFreeSpace(), home.getUsableSpace());
    }
}
