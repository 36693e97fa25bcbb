package co.caution.app;

import co.caution.app.store.AppStore;
import co.caution.build.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.eclipse.jgit.lib.Constants;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/**
 * How much pushes may still bring. What failed pushes left, and the repositories of destroyed apps, stay for as long as there is
 * room; then they go first.
 */
@Component
public class RepositoryRoom {

    private static final Logger LOG = LoggerFactory.getLogger(RepositoryRoom.class);

    private final RepositoryLimits limits;
    private final PlatformSettings settings;
    private final Repositories repositories;
    private final AppStore store;
    /** Read by whoever needs what lies in an app's repository without a ref that leads to it, written by whoever removes that. */
    private final Map<UUID, ReadWriteLock> byApp = new ConcurrentHashMap<>();
    /** One repository at a time, as looking takes memory; by turns, so that whoever has large ones holds up others for one of them. */
    final ReentrantLock tidying = new ReentrantLock(true);
    /** Of all that an organization pushes, one waits for its turn to tidy. */
    private final Map<UUID, Lock> byOrganization = new ConcurrentHashMap<>();
    private final ReadWriteLock copied = new ReentrantReadWriteLock();

    RepositoryRoom(RepositoryLimits limits, PlatformSettings settings, Repositories repositories, AppStore store) {
        this.limits = limits;
        this.settings = settings;
        this.repositories = repositories;
        this.store = store;
    }

    /** @param appAlone whether room in the app's own repository is all that is missing */
    private record Full(boolean appAlone, String why) {}

    /** What one app's push is measured against, found out once: the database may be away while the push comes. */
    public final class Measure {

        private final UUID app;
        private final UUID organization;
        private final List<UUID> apps;
        private final List<UUID> destroyed;

        private Measure(App app) {
            this.app = app.id();
            this.organization = app.organizationId();
            this.apps = new ArrayList<>(store.appIds(app.organizationId(), false));
            this.destroyed = store.appIds(app.organizationId(), true);
            if (!apps.contains(this.app)) {
                apps.add(this.app);
            }
        }

        /** Why nothing more may come, for whoever pushes; empty where there is room. May take long where there was none. */
        public Optional<String> full() throws IOException {
            @Nullable Full full = found();
            if (full != null && tidy(full.appAlone())) {
                full = found();
            }
            return Optional.ofNullable(full).map(Full::why);
        }

        private @Nullable Full found() throws IOException {
            long free = settings.home().toFile().getUsableSpace(); // a FileStore is found by its mount, which a chroot does not show
            if (free < limits.freeDisk().toBytes()) {
                return new Full(false, "the platform's disk is nearly full: " + mebibytes(free) + " are free, and pushes are taken with "
                        + mebibytes(limits.freeDisk().toBytes()) + " or more; the operator has to make room, then push again");
            }
            long ofApp = size(app);
            if (ofApp > limits.app().toBytes()) {
                return new Full(true, "with it, the app's repository would have more than " + mebibytes(limits.app().toBytes())
                        + "; delete tags and branches that nobody needs (git push caution :refs/tags/NAME) and push again,"
                        + " or ask the operator for more: caution.push.max-repository");
            }
            long ofAll = 0;
            for (List<UUID> some : List.of(apps, destroyed)) {
                for (UUID each : some) {
                    ofAll += size(each);
                }
            }
            return ofAll <= limits.organization().toBytes() ? null
                    : new Full(false, "with it, the repositories of this organization's apps would have more than "
                            + mebibytes(limits.organization().toBytes()) + "; destroy apps that nobody needs (caution apps destroy),"
                            + " or delete their tags, and push again, or ask the operator for more: caution.push.max-organization");
        }

        private boolean tidy(boolean appAlone) throws IOException {
            Lock theirs = byOrganization.computeIfAbsent(organization, _ -> new ReentrantLock());
            theirs.lock();
            try {
                if (found() == null) {
                    return true; // another push of theirs has tidied meanwhile
                }
                boolean removed = false;
                for (UUID each : appAlone ? List.of(app) : apps) {
                    removed |= Files.exists(settings.repository(each)) && alone(each, () -> removeUnneeded(each));
                }
                for (UUID each : appAlone ? List.<UUID>of() : destroyed) {
                    removed |= alone(each, () -> removeAll(each));
                }
                return removed;
            } finally {
                theirs.unlock();
            }
        }
    }

    public Measure measure(App app) {
        return new Measure(app);
    }

    /** While a thread holds it, nothing is removed from the app's repository; for whoever brings what no ref leads to yet. */
    public Lock arriving(UUID app) {
        return lock(app).readLock();
    }

    /** While a thread holds it, nothing is removed from any repository; for whoever reads refs first and objects later. */
    public Lock copying() {
        return copied.readLock();
    }

    private ReadWriteLock lock(UUID app) {
        return byApp.computeIfAbsent(app, _ -> new ReentrantReadWriteLock());
    }

    @FunctionalInterface
    private interface Removal {
        boolean run() throws IOException;
    }

    private boolean alone(UUID app, Removal removal) throws IOException {
        tidying.lock();
        try {
            return exclusively(copied, () -> exclusively(lock(app), removal));
        } finally {
            tidying.unlock();
        }
    }

    /** What is busy is left as it is. */
    private static boolean exclusively(ReadWriteLock held, Removal removal) throws IOException {
        if (!held.writeLock().tryLock()) {
            return false;
        }
        try {
            return removal.run();
        } finally {
            held.writeLock().unlock();
        }
    }

    private boolean removeAll(UUID destroyed) {
        try {
            return FileSystemUtils.deleteRecursively(settings.repository(destroyed));
        } catch (IOException e) { // somebody who was pushing to it writes there to this moment
            LOG.warn("the repository of the destroyed app {} is not gone yet: {}", destroyed, e.toString());
            return true;
        }
    }

    private boolean removeUnneeded(UUID app) {
        try (var repository = repositories.open(app, pack -> pack)) {
            int removed = Unneeded.remove(repository);
            if (removed > 0) {
                LOG.info("{} packs that no branch or tag needs were removed from the repository of app {}", removed, app);
            }
            return removed > 0;
        } catch (IOException e) {
            LOG.warn("the repository of app {} stays as it is: {}", app, e.toString());
            return false;
        }
    }

    /** Of what pushes bring; how many branches and tags there may be is another limit, and they need not be read one by one. */
    private long size(UUID app) throws IOException {
        return Trees.size(settings.repository(app).resolve(Constants.OBJECTS));
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }
}
