package co.caution.app;

import co.caution.app.store.AppStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.springframework.stereotype.Service;

/**
 * Takes a push from commit to live release. Pushes to one app happen one after the other; the branch moves only when
 * the release is live, so a failed push can be tried again as it is.
 */
@Service
public class Deployer {

    private static final Duration GRACE = Duration.ofSeconds(10);
    /** Each holds a thread and an open repository, and goes on when its client leaves. */
    private static final int MOST_WAITING = 20;

    private final AppStore store;
    private final Repositories repositories;
    private final ImageBuilder builder;
    private final PushWorkers workers;
    private final Rollout rollout;
    private final Restarts restarts;
    private final Recovery recovery;
    private final LiveEnclaves live;
    private final PlatformSettings settings;
    private final Clock clock;
    private final Map<UUID, WaitingLine> turns = new ConcurrentHashMap<>();

    Deployer(
            AppStore store,
            Repositories repositories,
            ImageBuilder builder,
            PushWorkers workers,
            Rollout rollout,
            Restarts restarts,
            Recovery recovery,
            LiveEnclaves live,
            PlatformSettings settings,
            Clock clock) {
        this.store = store;
        this.repositories = repositories;
        this.builder = builder;
        this.workers = workers;
        this.rollout = rollout;
        this.restarts = restarts;
        this.recovery = recovery;
        this.live = live;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Starts working on a push whose objects are in the app's repository. They are pinned before this returns.
     *
     * @param ref the branch, which moves from {@code from} to {@code commit} once the release is live
     * @throws AppException.Conflict when too many pushes to the app wait already
     */
    public PushRun push(App app, String ref, ObjectId from, ObjectId commit) throws IOException {
        requireRoom(app);
        var build = Build.started(app.id(), ref, commit.name(), clock.instant());
        try (Repository repository = repositories.open(app.id())) {
            repositories.pin(repository, build.id(), commit);
        }
        insert(build);
        var log = new ProgressLog(progressLog(build.id()));
        log.step("Received " + commit.abbreviate(7).name() + " on " + Repository.shortenRefName(ref));
        log.detail("It goes on without you, Ctrl-C or not. See it again: caution builds output -f " + build.shortId());
        log.detail("Stop it: caution builds cancel " + build.shortId());
        var work = new Cancellation();
        return workers.run(app, build.id(), false, progressLog(build.id()), log, work,
                () -> push(build, from, commit, log, work), outcome -> record(build, outcome));
    }

    private void insert(Build build) throws IOException {
        try {
            store.insert(build);
        } catch (RuntimeException e) {
            try (Repository repository = repositories.open(build.appId())) {
                repositories.unpin(repository, build.id());
            }
            throw e;
        }
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
        return store.lastLive(app.id()).flatMap(last -> store.release(last.releaseId())).map(release -> restart(app, release));
    }

    private PushRun restart(App app, Release release) {
        return again(app, release, (log, work) -> restart(app, release, log, work));
    }

    /**
     * Starts a release that was built before and, once it is attested and answers, gives it the app's traffic: the same bytes,
     * so the same PCRs. The branch stays where it is; the next push deploys as ever. Within a transaction it is started once that is
     * committed, and not at all where it is undone.
     *
     * @throws AppException.Conflict when it runs already, or too much waits for its turn
     * @throws AppException.NoRelease when its image is no longer kept
     */
    public void redeploy(App app, Release release) {
        if (runs(app, release)) {
            throw new AppException.Conflict("v" + release.number() + " is what runs already.");
        }
        if (!Files.isRegularFile(settings.image(release.eifSha256()))) {
            throw new AppException.NoRelease(app.name(), release.number());
        }
        requireRoom(app);
        store.wanted(release, () -> again(app, release, (log, work) -> redeploy(app, release, log, work)));
    }

    private boolean runs(App app, Release release) {
        return live.of(app.id()).filter(running -> running.release().id().equals(release.id())).isPresent();
    }

    private void requireRoom(App app) {
        if (turn(app.id()).waiting() >= MOST_WAITING) {
            throw new AppException.Conflict(MOST_WAITING + " pushes to this app wait already; try again when some are over,"
                    + " or stop some: caution builds cancel");
        }
    }

    @FunctionalInterface
    private interface Start {
        PushOutcome run(ProgressLog log, Cancellation work) throws Exception;
    }

    /** Asked for twice, it is followed twice. */
    private synchronized PushRun again(App app, Release release, Start start) {
        Path file = restartLog(release.buildId());
        return workers.at(file).orElseGet(() -> {
            var log = new ProgressLog(file);
            var work = new Cancellation();
            return workers.run(app, release.buildId(), true, file, log, work, () -> start.run(log, work), outcome -> {});
        });
    }

    /** The lines of a build, also of one that is long over. */
    public Path progressLog(UUID build) {
        return settings.pushLog(build);
    }

    /** The lines of the last time that the build's release was started again. */
    public Path restartLog(UUID build) {
        return settings.restartLog(build);
    }

    /** What is being written to a log just now; empty when nobody writes to it any more. */
    public Optional<ProgressLog> following(Path log) {
        return workers.following(log);
    }

    /**
     * Ends a push that waits or is built; what was live stays live.
     *
     * @return completes when nothing of it is left
     */
    public CompletionStage<PushOutcome> cancel(Build build) {
        return store.cancelling(build, () -> workers.cancel(build, progressLog(build.id())));
    }

    /** @param still see {@link AppStore#markDestroyed} */
    void destroy(App app, Runnable still) {
        try (var _ = turn(app.id()).tryEnter().orElseThrow(() -> new AppException.Conflict(
                "A push to '" + app.name() + "' is at work; try again when it is done, or stop it: caution builds cancel"))) {
            store.markDestroyed(app.id(), clock.instant(), still); // first, so that nothing starts it again
            rollout.destroy(app.id());
            builder.forget(app);
        }
    }

    /** Puts everything right after the service was away; before any push comes in. */
    public void reconcile() {
        recovery.reconcile();
    }

    /** Starts again what was live. */
    public void resume() {
        restarts.resume();
    }

    /** Stops every enclave; they are started again by {@link #resume()}. */
    public void stopAll() {
        workers.interrupt();
        try {
            restarts.stop(GRACE);
            workers.await(GRACE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        rollout.stopAll("the service was stopped");
    }

    private void record(Build build, PushOutcome outcome) {
        store.update(switch (outcome) {
            case PushOutcome.Live _ -> build.succeed(clock.instant());
            case PushOutcome.Cancelled _ -> build.cancel(clock.instant());
            case PushOutcome.Failed failed -> build.fail(failed.phase(), failed.reason(), clock.instant());
        });
    }

    private PushOutcome push(Build build, ObjectId from, ObjectId commit, ProgressLog log, Cancellation cancellation)
            throws Exception {
        try (Repository repository = repositories.open(build.appId())) {
            try (var _ = takeTurn(build.appId(), log)) {
                return push(build, repository, from, commit, log, cancellation);
            } finally {
                boolean interrupted = Thread.interrupted(); // files of git's cannot be written by an interrupted thread
                repositories.unpin(repository, build.id());
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    /** What was true when the push came in may no longer be so when its turn comes: it is looked at again. */
    private PushOutcome push(Build build, Repository repository, ObjectId from, ObjectId commit, ProgressLog log,
            Cancellation cancellation) throws IOException, InterruptedException {
        Optional<App> found = store.app(build.appId());
        if (found.isEmpty()) {
            return new PushOutcome.Failed("push", "the app was destroyed meanwhile");
        }
        App app = found.get();
        if (!app.deploysFrom(build.ref())) {
            return new PushOutcome.Failed("push", app.otherBranch(build.ref()));
        }
        ObjectId now = repositories.at(repository, build.ref());
        var running = live.of(app.id());
        if (!now.equals(from) && now.equals(commit) && running.filter(it -> it.release().commitId().equals(commit.name())).isPresent()) {
            var release = running.get().release();
            log.step(commit.abbreviate(7).name() + " is live already, as v" + release.number());
            return new PushOutcome.Live(release);
        }
        int left = repositories.leftBehind(repository, now, commit);
        if (!now.equals(from) && left > 0) {
            return new PushOutcome.Failed("push", "the branch was moved by another push meanwhile; git fetch caution,"
                    + " look at what came, and push again");
        }
        if (left > 0) {
            log.step("Force-push: " + Repository.shortenRefName(build.ref()) + " leaves " + now.abbreviate(7).name()
                    + " and " + (left == 1 ? "no other commit" : left == 2 ? "1 other commit" : left - 1 + " other commits")
                    + " behind");
        }
        try {
            rollout.requireReady(app);
        } catch (DeploymentException e) {
            return new PushOutcome.Failed("deployment", e.getMessage());
        }
        Release release;
        try {
            release = builder.build(app, build, repository, commit, log);
        } catch (DeploymentException e) {
            return new PushOutcome.Failed("build", e.getMessage());
        }
        log.step("Release v" + release.number() + " recorded");
        PushOutcome outcome = rollout.deploy(app, release, log, cancellation);
        if (outcome instanceof PushOutcome.Live) {
            repositories.move(repository, build.ref(), now, commit);
            store.setFirstDeployBranch(app.id(), build.ref());
            repositories.headFollows(repository, build.ref());
        }
        return outcome;
    }

    private PushOutcome restart(App app, Release release, ProgressLog log, Cancellation cancellation)
            throws IOException, InterruptedException {
        try (var _ = takeTurn(app.id(), log)) {
            return rollout.revive(app, release, log, cancellation);
        }
    }

    private PushOutcome redeploy(App app, Release release, ProgressLog log, Cancellation cancellation)
            throws IOException, InterruptedException {
        try (var _ = takeTurn(app.id(), log)) {
            if (store.app(app.id()).isEmpty()) {
                return new PushOutcome.Failed("push", "the app was destroyed meanwhile");
            }
            if (runs(app, release)) {
                return new PushOutcome.Live(release);
            }
            log.step("Starting v" + release.number() + " of commit " + ObjectId.fromString(release.commitId()).abbreviate(7).name()
                    + " as it was built: nothing is built anew");
            rollout.requireReady(app);
            return rollout.deploy(app, release, log, cancellation);
        } catch (DeploymentException e) {
            return new PushOutcome.Failed("deployment", String.valueOf(e.getMessage()));
        }
    }

    private WaitingLine.Place takeTurn(UUID app, ProgressLog log) throws InterruptedException {
        return turn(app).enter(place ->
                log.step("Another push to this app is at work; this one waits its turn, number " + place + " in line"));
    }

    private WaitingLine turn(UUID app) {
        return turns.computeIfAbsent(app, id -> new WaitingLine(1));
    }
}
