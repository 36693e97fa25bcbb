package co.caution.app;

import co.caution.app.store.AppStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/**
 * Takes a push from commit to live release. Pushes to one app happen one after the other; the branch moves only when
 * the release is live, so a failed push can be tried again as it is.
 */
@Service
public class Deployer {

    private static final Logger LOG = LoggerFactory.getLogger(Deployer.class);
    private static final long GRACE_SECONDS = 10;

    private final AppStore store;
    private final Repositories repositories;
    private final ImageBuilder builder;
    private final Rollout rollout;
    private final LiveEnclaves live;
    private final FrontDoorPorts ports;
    private final PlatformSettings settings;
    private final Clock clock;
    private final Map<UUID, ReentrantLock> turns = new ConcurrentHashMap<>();
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();

    Deployer(
            AppStore store,
            Repositories repositories,
            ImageBuilder builder,
            Rollout rollout,
            LiveEnclaves live,
            FrontDoorPorts ports,
            PlatformSettings settings,
            Clock clock) {
        this.store = store;
        this.repositories = repositories;
        this.builder = builder;
        this.rollout = rollout;
        this.live = live;
        this.ports = ports;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Starts working on a push whose objects are in the app's repository. They are pinned before this returns.
     *
     * @param ref the branch, which moves from {@code from} to {@code commit} once the release is live
     */
    public PushRun push(App app, String ref, ObjectId from, ObjectId commit) throws IOException {
        var build = Build.started(app.id(), ref, commit.name(), clock.instant());
        try (Repository repository = repositories.open(app.id())) {
            repositories.pin(repository, build.id(), commit);
        }
        store.insert(build);
        var log = new ProgressLog(progressLog(build.id()));
        log.step("Received " + commit.abbreviate(7).name() + " on " + Repository.shortenRefName(ref));
        return run(build.id(), log, app, () -> push(build, from, commit, log));
    }

    /**
     * Starts the app's last release again when nothing of it runs: what a push without anything new asks for.
     *
     * @return empty when the app runs already, or never did
     */
    public Optional<PushRun> restart(App app) {
        if (live.of(app.id()).isPresent()) {
            return Optional.empty();
        }
        return store.lastLive(app.id()).flatMap(last -> store.release(last.releaseId())).map(release -> {
            var log = new ProgressLog(settings.build(release.buildId()).resolve("restart.log"));
            return run(release.buildId(), log, app, () -> restart(app, release, log));
        });
    }

    /** The lines of a build, also of one that is long over. */
    public Path progressLog(UUID build) {
        return settings.build(build).resolve("push.log");
    }

    void destroy(App app) {
        var turn = turn(app.id());
        if (!turn.tryLock()) {
            throw new AppException.Conflict("A push to '" + app.name() + "' is at work; try again when it is done.");
        }
        try {
            rollout.stop(app.id(), "the app was destroyed");
            store.markDestroyed(app.id(), clock.instant());
        } finally {
            turn.unlock();
        }
    }

    /** Puts the records right after the service was away; before any push comes in. */
    public void reconcile() {
        int abandoned = store.abandonRunningBuilds(clock.instant());
        if (abandoned > 0) {
            LOG.warn("{} builds were cut off when the service ended; they are recorded as abandoned", abandoned);
        }
        for (var deployment : store.notEnded()) {
            store.update(deployment.stopped("the service ended", clock.instant()));
        }
    }

    /** Starts again what was live. */
    public void resume() {
        for (var app : store.apps()) {
            var last = store.lastLive(app.id());
            if (last.isPresent() && last.get().state() == Deployment.State.STOPPED) {
                restart(app);
            }
        }
    }

    /** Stops every enclave; they are started again by {@link #resume()}. */
    public void stopAll() {
        workers.shutdownNow(); // interrupts the pushes at work; they record that and undo themselves
        try {
            workers.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        rollout.stopAll("the service was stopped");
    }

    private PushRun run(UUID build, ProgressLog log, App app, Work work) {
        var outcome = new CompletableFuture<PushOutcome>();
        workers.submit(() -> {
            PushOutcome ended;
            try {
                ended = inTurn(app, log, work);
            } catch (InterruptedException e) {
                ended = PushOutcome.Failed.serviceStopped();
            } catch (Throwable e) {
                LOG.error("push {} of app {} failed for an unforeseen reason", build, app.id(), e);
                ended = new PushOutcome.Failed("service", "something went wrong inside the platform ("
                        + e.getClass().getSimpleName() + "); the server's log has the details");
            }
            conclude(app, build, ended, log);
            outcome.complete(ended);
        });
        return new PushRun(build, log, outcome);
    }

    /** The last lines, which everybody gets to see: the client that waits, and whoever reads the log later. */
    private void conclude(App app, UUID build, PushOutcome ended, ProgressLog log) {
        switch (ended) {
            case PushOutcome.Live _ -> {
                log.say("Deployment successful!");
                ports.application(app.id()).ifPresent(url -> log.say("Application: " + url));
                ports.attestation(app.id()).ifPresent(url -> log.say("Attestation: " + url));
                log.say("");
                log.say("Run 'caution verify' to verify the application attestation.");
            }
            case PushOutcome.Failed failed -> {
                log.say("fatal: " + failed.phase() + " failed: " + failed.reason());
                log.say("The whole log: caution builds output " + build);
            }
        }
        log.close();
    }

    private PushOutcome inTurn(App app, ProgressLog log, Work work) throws Exception {
        var turn = turn(app.id());
        if (!turn.tryLock()) {
            log.step("Another push to " + app.name() + " is at work; this one waits its turn");
            turn.lockInterruptibly();
        }
        try {
            return work.call();
        } finally {
            turn.unlock();
        }
    }

    private PushOutcome push(Build build, ObjectId from, ObjectId commit, ProgressLog log) throws Exception {
        PushOutcome outcome;
        try (Repository repository = repositories.open(build.appId())) {
            try {
                outcome = push(build, repository, from, commit, log);
            } finally {
                repositories.unpin(repository, build.id());
            }
        } catch (InterruptedException e) {
            outcome = PushOutcome.Failed.serviceStopped();
        } catch (Exception e) {
            store.update(build.fail("service", e.toString(), clock.instant()));
            throw e;
        }
        store.update(switch (outcome) {
            case PushOutcome.Live _ -> build.succeed(clock.instant());
            case PushOutcome.Failed failed -> build.fail(failed.phase(), failed.reason(), clock.instant());
        });
        return outcome;
    }

    /** What was true when the push came in may no longer be so when its turn comes: it is looked at again. */
    private PushOutcome push(Build build, Repository repository, ObjectId from, ObjectId commit, ProgressLog log)
            throws IOException, InterruptedException {
        Optional<App> found = store.app(build.appId());
        if (found.isEmpty()) {
            return new PushOutcome.Failed("push", "the app was destroyed meanwhile");
        }
        App app = found.get();
        if (!app.deploysFrom(build.ref())) {
            return new PushOutcome.Failed("push", app.otherBranch());
        }
        ObjectId now = repositories.at(repository, build.ref());
        if (!now.equals(from)) {
            var running = live.of(app.id());
            if (now.equals(commit) && running.isPresent()) {
                var release = running.get().release();
                log.step(commit.abbreviate(7).name() + " is live already, as v" + release.number());
                return new PushOutcome.Live(release);
            }
            return new PushOutcome.Failed("push", "the branch was moved by another push meanwhile; git fetch caution,"
                    + " look at what came, and push again");
        }
        Release release;
        try {
            release = builder.build(app, build, repository, commit, log);
        } catch (DeploymentException e) {
            return new PushOutcome.Failed("build", e.getMessage());
        }
        log.step("Release v" + release.number() + " recorded");
        PushOutcome outcome = rollout.deploy(app, release, log);
        if (outcome instanceof PushOutcome.Live) {
            repositories.move(repository, build.ref(), from, commit);
            if (app.deployBranch() == null) {
                store.setDeployBranch(app.id(), build.ref());
                repositories.headFollows(repository, build.ref());
            }
        }
        return outcome;
    }

    private PushOutcome restart(App app, Release release, ProgressLog log) throws IOException, InterruptedException {
        if (store.app(app.id()).isEmpty()) {
            return new PushOutcome.Failed("push", "the app was destroyed meanwhile");
        }
        var running = live.of(app.id());
        if (running.isPresent()) {
            return new PushOutcome.Live(running.get().release()); // another push was faster
        }
        log.step("Starting v" + release.number() + " again: its enclave is not running");
        return rollout.deploy(app, release, log);
    }

    private ReentrantLock turn(UUID app) {
        return turns.computeIfAbsent(app, id -> new ReentrantLock(true));
    }

    @FunctionalInterface
    private interface Work {
        PushOutcome call() throws Exception;
    }
}
