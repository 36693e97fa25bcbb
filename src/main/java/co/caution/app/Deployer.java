package co.caution.app;

import co.caution.app.store.AppStore;
import co.caution.hosting.Enclave;
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
    private final EnclaveLauncher launcher;
    private final FrontDoorPorts ports;
    private final Traffic traffic;
    private final PlatformSettings settings;
    private final Clock clock;
    private final Map<UUID, ReentrantLock> turns = new ConcurrentHashMap<>();
    private final LiveEnclaves live;
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();

    Deployer(
            AppStore store,
            Repositories repositories,
            ImageBuilder builder,
            EnclaveLauncher launcher,
            FrontDoorPorts ports,
            Traffic traffic,
            LiveEnclaves live,
            PlatformSettings settings,
            Clock clock) {
        this.store = store;
        this.repositories = repositories;
        this.builder = builder;
        this.launcher = launcher;
        this.ports = ports;
        this.traffic = traffic;
        this.live = live;
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
        return run(build.id(), log, app, () -> buildAndDeploy(app, build, from, commit, log));
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
            return run(release.buildId(), log, app, () -> {
                if (live.of(app.id()).isPresent()) {
                    return new PushOutcome.Live(release); // another push was faster
                }
                log.step("Starting v" + release.number() + " again: its enclave is not running");
                return deploy(app, release, log);
            });
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
            stop(app.id(), "the app was destroyed");
            store.markDestroyed(app.id(), clock.instant());
        } finally {
            turn.unlock();
        }
    }

    /** Puts the records right after the service was away, and starts again what was live. */
    public void resume() {
        int abandoned = store.abandonRunningBuilds(clock.instant());
        if (abandoned > 0) {
            LOG.warn("{} builds were cut off when the service ended; they are recorded as abandoned", abandoned);
        }
        for (var deployment : store.notEnded()) {
            store.update(deployment.stopped("the service ended", clock.instant()));
        }
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
        live.apps().forEach(app -> stop(app, "the service was stopped"));
    }

    private PushRun run(UUID build, ProgressLog log, App app, Work work) {
        var outcome = new CompletableFuture<PushOutcome>();
        workers.submit(() -> {
            try {
                outcome.complete(inTurn(app, log, work));
            } catch (Throwable e) {
                LOG.error("push {} of app {} failed for an unforeseen reason", build, app.id(), e);
                outcome.complete(new PushOutcome.Failed("service", "something went wrong inside the platform ("
                        + e.getClass().getSimpleName() + "); the server's log has the details"));
            } finally {
                log.close();
            }
        });
        return new PushRun(build, log, outcome);
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

    private PushOutcome buildAndDeploy(App app, Build build, ObjectId from, ObjectId commit, ProgressLog log)
            throws Exception {
        PushOutcome outcome;
        try (Repository repository = repositories.open(app.id())) {
            Release release;
            try {
                release = builder.build(app, build, repository, commit, log);
            } catch (DeploymentException e) {
                return failed(build, "build", e.getMessage());
            }
            log.step("Release v" + release.number() + " recorded");
            outcome = deploy(app, release, log);
            if (outcome instanceof PushOutcome.Failed failed) {
                return failed(build, failed.phase(), failed.reason());
            }
            try {
                repositories.move(repository, build.ref(), from, commit);
            } catch (AppException.Conflict e) {
                return failed(build, "branch", e.getMessage());
            }
            if (app.deployBranch() == null) {
                store.setDeployBranch(app.id(), build.ref());
                repositories.headFollows(repository, build.ref());
            }
        } catch (InterruptedException e) {
            return failed(build, "service", "the service was stopped; push again");
        } catch (Exception e) {
            store.update(build.fail("service", e.toString(), clock.instant()));
            throw e;
        }
        store.update(build.succeed(clock.instant()));
        return outcome;
    }

    private PushOutcome failed(Build build, String phase, String reason) {
        store.update(build.fail(phase, reason, clock.instant()));
        return new PushOutcome.Failed(phase, reason);
    }

    /** Starting → attested → live. What was live stays so until the new enclave is. */
    private PushOutcome deploy(App app, Release release, ProgressLog log) throws InterruptedException, IOException {
        var deployment = Deployment.starting(release, clock.instant());
        store.insert(deployment);
        Enclave enclave = null;
        try {
            log.step("Starting enclave");
            enclave = launcher.start(release, deployment.id());
            launcher.attest(release, enclave);
            deployment = deployment.attested();
            store.update(deployment);
            log.detail("attested: PCR0-2 match v" + release.number());
            launcher.awaitApp(release, enclave);
            log.detail("healthy: the app answers");
            var assigned = ports.assign(app.id(), EnclaveLauncher.ports(release));
            traffic.lead(app.id(), assigned, enclave);
            goLive(app, release, deployment.live(clock.instant()), enclave);
        } catch (DeploymentException | IOException e) {
            return abort(deployment, enclave, e.getMessage());
        } catch (InterruptedException | RuntimeException e) {
            abort(deployment, enclave, "interrupted: " + e);
            throw e;
        }
        log.step("v" + release.number() + " is live");
        log.append("Deployment successful!");
        ports.application(app.id()).ifPresent(url -> log.append("Application: " + url));
        ports.attestation(app.id()).ifPresent(url -> log.append("Attestation: " + url));
        log.append("");
        log.append("Run 'caution verify' to verify the application attestation.");
        return new PushOutcome.Live(release);
    }

    private PushOutcome abort(Deployment deployment, Enclave enclave, String reason) {
        if (enclave != null) {
            enclave.terminate();
        }
        store.update(deployment.failed(reason, clock.instant()));
        return new PushOutcome.Failed("deployment", reason);
    }

    private void goLive(App app, Release release, Deployment deployment, Enclave enclave) {
        var before = live.put(new LiveEnclave(app, release, deployment, enclave));
        store.switchLive(before == null ? null : before.deployment().retired(clock.instant()), deployment);
        if (before != null) {
            before.enclave().terminate();
        }
        enclave.ended().thenAccept(exit -> died(app, deployment, EnclaveLauncher.describe(exit)));
    }

    /** An enclave that ends on its own takes its app down; that is recorded and shown, never papered over. */
    private void died(App app, Deployment deployment, String reason) {
        if (live.remove(app.id(), deployment.id())) {
            LOG.warn("the enclave of app {} ended: {}", app.id(), reason);
            store.update(deployment.failed(reason, clock.instant()));
        }
    }

    private void stop(UUID app, String why) {
        var running = live.remove(app);
        if (running != null) {
            store.update(running.deployment().stopped(why, clock.instant()));
            traffic.close(app);
            running.enclave().terminate();
        }
    }

    private ReentrantLock turn(UUID app) {
        return turns.computeIfAbsent(app, id -> new ReentrantLock(true));
    }

    @FunctionalInterface
    private interface Work {
        PushOutcome call() throws Exception;
    }
}
