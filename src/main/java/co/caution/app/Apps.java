package co.caution.app;

import co.caution.app.store.AppStore;
import co.caution.paging.Page;
import co.caution.paging.PageRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** An organization's apps: make, list, look at, destroy. */
@Service
public class Apps {

    /** The request attribute that holds the account which a call acts for. */
    public static final String CALLER = "caution.account";

    /** The request attribute that holds the {@link Owner} in whom the caller may do what is asked. */
    public static final String OWNER = "caution.organization";

    /** The request attribute that holds all {@link Owner}s in whom the caller may do what is asked. */
    public static final String OWNERS = "caution.organizations";

    /** The request attribute that holds the id of the only app that a call may be about; absent: all. */
    public static final String ONLY = "caution.app";

    /** The request attribute that holds a {@link BooleanSupplier}: whether the call would be let in still. Asked by what takes long. */
    public static final String STILL_PERMITTED = "caution.still-permitted";

    /** The request attribute that holds a {@link Runnable} which throws where the app is not what the caller has seen. */
    public static final String AS_SEEN = "caution.as-seen";

    /** An organization, as those who asked for permission found it. */
    public record Owner(UUID id, String name) {}

    /**
     * A push that is not over.
     *
     * @param release the number of what it built, once that is done
     */
    public record OnItsWay(Build build, Optional<Integer> release) {}

    /**
     * @param formerNames those that it had and that lead to it still, oldest first
     * @param state initialized, starting, running, restarting, stopped or failed; a release that is live is running,
     *     whatever is on its way
     * @param release the release that runs, or ran last
     * @param restarts how often in a row its enclave ended unasked and was started again
     * @param reason why the last start ended, when it did, or why it was started again
     * @param applicationUrl present once the app was live
     * @param attestationUrl present from the start
     * @param channelUrl the app's first port with TLS that ends in the enclave; present once an app with a port was live
     */
    public record Overview(
            App app,
            List<String> formerNames,
            String state,
            Optional<Release> release,
            Optional<OnItsWay> onItsWay,
            int restarts,
            Optional<String> reason,
            Optional<String> applicationUrl,
            Optional<String> attestationUrl,
            Optional<String> channelUrl) {}

    private final AppStore store;
    private final Deployer deployer;
    private final LiveEnclaves live;
    private final Restarts restarts;
    private final FrontDoorPorts ports;
    private final PlatformSettings settings;
    private final Clock clock;

    Apps(AppStore store, Deployer deployer, LiveEnclaves live, Restarts restarts, FrontDoorPorts ports, PlatformSettings settings,
            Clock clock) {
        this.store = store;
        this.deployer = deployer;
        this.live = live;
        this.restarts = restarts;
        this.ports = ports;
        this.settings = settings;
        this.clock = clock;
    }

    public App create(UUID owner, String name) {
        requireNoId(name);
        var app = new App(UUID.randomUUID(), owner, name, null, clock.instant());
        store.insert(app);
        try {
            // The attestation URL is known from the start, so that it can be written down and shared.
            ports.assign(app.id(), List.of());
        } catch (DeploymentException e) {
            store.markDestroyed(app.id(), clock.instant(), () -> {});
            throw new AppException.Conflict(e.getMessage());
        }
        return app;
    }

    /** What looks like an id is one, wherever an app is named. */
    private static void requireNoId(String name) {
        if (name != null && Ids.parse(name).isPresent()) {
            throw new AppException("'" + name + "' looks like an app's id and cannot be its name: choose another.");
        }
    }

    /** Oldest first. */
    public Page<Overview> list(Collection<UUID> owners, PageRequest wanted) {
        Page<App> page = store.appsOf(owners, wanted);
        return new Page<>(overviews(page.items()), page.next());
    }

    /** The organization's app; another's does not exist. */
    public App get(UUID owner, UUID id) {
        return store.app(id)
                .filter(app -> app.organizationId().equals(owner))
                .orElseThrow(() -> new AppException.NotFound(id.toString()));
    }

    /**
     * The app that somebody means.
     *
     * @param given its id, its name or one that it had
     * @param organization where it is; null where they need not say
     * @param theirs the organizations in which they see anything at all: names by id
     * @throws AppException.Conflict when the name is that of several, which it names
     */
    public Optional<App> find(String given, @Nullable String organization, Map<UUID, String> theirs) {
        var among = theirs.entrySet().stream()
                .filter(each -> organization == null || organization.equals(each.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        var found = Ids.parse(given)
                .map(id -> store.app(id).filter(app -> among.contains(app.organizationId())).stream().toList())
                .orElseGet(() -> App.isName(given) ? store.named(given, among) : List.of());
        if (found.size() > 1) {
            String names = String.join(", ", found.stream().map(app -> String.valueOf(theirs.get(app.organizationId()))).sorted().toList());
            throw new AppException.Conflict("Several of your organizations have an app '" + given + "': " + names + ". Say which by its id"
                    + " or as ORGANIZATION/" + given + " (in a request: ?organization=ORGANIZATION).");
        }
        return found.stream().findFirst();
    }

    public Overview overview(App app) {
        return overviews(List.of(app)).getFirst();
    }

    /** Asks the database as often for many as for one. */
    private List<Overview> overviews(List<App> apps) {
        var ids = apps.stream().map(App::id).toList();
        var last = store.lastDeployments(ids);
        var releases = store.releasesOf(last.values());
        var atWork = store.buildsAtWork(ids);
        var built = store.releaseNumbers(atWork.values());
        var urls = ports.urls(ids);
        var former = store.formerNames(ids);
        return apps.stream()
                .map(app -> overview(app, former.getOrDefault(app.id(), List.of()), Optional.ofNullable(last.get(app.id())), releases,
                        Optional.ofNullable(atWork.get(app.id()))
                                .map(build -> new OnItsWay(build, Optional.ofNullable(built.get(build.id())))),
                        urls.get(app.id())))
                .toList();
    }

    private Overview overview(App app, List<String> formerNames, Optional<Deployment> last, Map<UUID, Release> releases,
            Optional<OnItsWay> onItsWay, FrontDoorPorts.Urls urls) {
        var running = live.of(app.id());
        var release = running.map(LiveEnclave::release).or(() -> last.map(deployment -> releases.get(deployment.releaseId())));
        var note = release.flatMap(found -> restarts.note(app.id(), found.id()));
        boolean restarting = note.filter(Restarts.Note::pending).isPresent();
        String state = running.isPresent() ? "running" : restarting ? "restarting" : last.map(deployment -> switch (deployment.state()) {
            case LIVE -> "running";
            case STARTING, ATTESTED -> "starting";
            case STOPPED, RETIRED -> "stopped";
            case FAILED -> "failed";
        }).orElse("initialized");
        int times = note.map(Restarts.Note::times).orElse(0);
        var reason = note.filter(_ -> times > 0).map(Restarts.Note::reason).or(() -> last.map(Deployment::reason));
        return new Overview(app, formerNames, state, release, onItsWay, times, reason, urls.application(), urls.attestation(),
                urls.channel());
    }

    /**
     * Changes what is given, all of it or nothing. What the app was called leads to it as before, and to nothing else
     * while it lives; what is live stays so until the next push to the new branch.
     *
     * @param branch whose pushes deploy, with or without {@code refs/heads/}
     * @throws AppException.Conflict when the name leads to another app of the organization
     */
    public App change(UUID owner, UUID id, @Nullable String name, @Nullable String branch) {
        App app = get(owner, id);
        if (name == null && branch == null) {
            throw new AppException("Nothing to change: give name or deploy_branch.");
        }
        if (name != null) {
            requireNoId(name);
        }
        store.change(app, name, branch == null ? null : ref(branch), clock.instant());
        return get(owner, id);
    }

    private static String ref(String branch) {
        String ref = branch.startsWith(Constants.R_HEADS) ? branch : Constants.R_HEADS + branch;
        if (!Repository.isValidRefName(ref)) {
            throw new AppException("'" + branch + "' is not a name that git takes for a branch.");
        }
        return ref;
    }

    public Build build(App app, UUID build) {
        return store.build(app.id(), build).orElseThrow(() -> new AppException.NoBuild(app.name(), build));
    }

    public Release release(App app, int number) {
        return store.release(app.id(), number).orElseThrow(() -> new AppException.NoRelease(app.name(), number));
    }

    /** Newest first. */
    public Page<Release> releases(App app, PageRequest wanted) {
        return store.releasesOf(app.id(), wanted);
    }

    /** By id, in one look: how people call a release that a record names by its id. */
    public Map<UUID, Integer> releaseNumbers(App app) {
        return store.releaseNumbers(app.id());
    }

    /** Whether it is what runs now. */
    public boolean runs(App app, Release release) {
        return live.of(app.id()).filter(running -> running.release().id().equals(release.id())).isPresent();
    }

    /** Its image, while that is kept. */
    public Optional<Path> image(Release release) {
        return Optional.of(settings.image(release.eifSha256())).filter(Files::isRegularFile);
    }

    /** Newest first. */
    public Page<Deployment> deployments(App app, PageRequest wanted) {
        return store.deploymentsOf(app.id(), wanted);
    }

    public Deployment deployment(App app, UUID deployment) {
        return store.deployment(app.id(), deployment).orElseThrow(() -> new AppException.NoDeployment(app.name(), deployment));
    }

    /** Newest first. */
    public Page<Build> builds(App app, PageRequest wanted) {
        return store.buildsOf(app.id(), wanted);
    }

    /**
     * Stops the enclave, closes the front doors and forgets the app's name; builds and releases stay on record.
     *
     * @param still asked with the app held, just before: throws where it is not what the caller means to end
     */
    public void destroy(UUID owner, UUID id, Runnable still) {
        deployer.destroy(get(owner, id), still);
    }
}
