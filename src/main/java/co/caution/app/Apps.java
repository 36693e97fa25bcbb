package co.caution.app;

import co.caution.app.store.AppStore;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;
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

    /** An organization, as those who asked for permission found it. */
    public record Owner(UUID id, String name) {}

    /**
     * A push that is not over.
     *
     * @param release the number of what it built, once that is done
     */
    public record OnItsWay(Build build, Optional<Integer> release) {}

    /**
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
    private final Clock clock;

    Apps(AppStore store, Deployer deployer, LiveEnclaves live, Restarts restarts, FrontDoorPorts ports, Clock clock) {
        this.store = store;
        this.deployer = deployer;
        this.live = live;
        this.restarts = restarts;
        this.ports = ports;
        this.clock = clock;
    }

    public App create(UUID owner, String name) {
        var app = new App(UUID.randomUUID(), owner, name, null, clock.instant());
        store.insert(app);
        try {
            // The attestation URL is known from the start, so that it can be written down and shared.
            ports.assign(app.id(), List.of());
        } catch (DeploymentException e) {
            store.markDestroyed(app.id(), clock.instant());
            throw new AppException.Conflict(e.getMessage());
        }
        return app;
    }

    public List<Overview> list(Collection<UUID> owners) {
        return store.appsOf(owners).stream().map(this::overview).toList();
    }

    /** The organization's app; another's does not exist. */
    public App get(UUID owner, UUID id) {
        return store.app(id)
                .filter(app -> app.organizationId().equals(owner))
                .orElseThrow(() -> new AppException.NotFound(id.toString()));
    }

    public Optional<App> find(UUID id) {
        return store.app(id);
    }

    public Overview overview(App app) {
        var last = store.lastDeployment(app.id());
        var running = live.of(app.id());
        var release = running.map(LiveEnclave::release)
                .or(() -> last.flatMap(deployment -> store.release(deployment.releaseId())));
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
        var onItsWay = store.buildAtWork(app.id())
                .map(build -> new OnItsWay(build, store.releaseOf(build.id()).map(Release::number)));
        return new Overview(app, state, release, onItsWay, times, reason, ports.application(app.id()),
                ports.attestation(app.id()), ports.channel(app.id()));
    }

    /**
     * Makes another branch the one whose pushes deploy; what is live stays so until the next push.
     *
     * @param branch with or without {@code refs/heads/}
     */
    public App deployFrom(UUID owner, UUID id, String branch) {
        App app = get(owner, id);
        String ref = branch.startsWith(Constants.R_HEADS) ? branch : Constants.R_HEADS + branch;
        if (!Repository.isValidRefName(ref)) {
            throw new AppException("'" + branch + "' is not a name that git takes for a branch.");
        }
        store.setDeployBranch(app.id(), ref);
        return get(owner, id);
    }

    public Build build(App app, UUID build) {
        return store.build(app.id(), build).orElseThrow(() -> new AppException.NoBuild(app.name(), build));
    }

    public Release release(App app, int number) {
        return store.release(app.id(), number).orElseThrow(() -> new AppException.NoRelease(app.name(), number));
    }

    public List<Build> builds(App app) {
        return store.buildsOf(app.id());
    }

    /** Stops the enclave, closes the front doors and forgets the app's name; builds and releases stay on record. */
    public void destroy(UUID owner, UUID id) {
        deployer.destroy(get(owner, id));
    }
}
