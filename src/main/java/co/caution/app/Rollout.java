package co.caution.app;

import co.caution.app.store.AppStore;
import co.caution.hosting.Enclave;
import co.caution.hosting.EnclaveExit;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;

/**
 * Brings a release alive, starting → attested → live, and takes what is live down again. What was live stays so until
 * the new enclave is. An app starts one enclave at a time, whoever asks for it.
 */
@Component
class Rollout {

    private static final Logger LOG = LoggerFactory.getLogger(Rollout.class);

    /** Booting fills a core each; more at once would run into their own time limits. */
    private static final int STARTS_AT_ONCE = 2;

    /** A live enclave has ended without being told to. */
    record Ended(App app, Release release, Deployment deployment, String reason) {}

    private final AppStore store;
    private final EnclaveLauncher launcher;
    private final FrontDoorPorts ports;
    private final Traffic traffic;
    private final LiveEnclaves live;
    private final ApplicationEventPublisher events;
    private final Clock clock;
    private final AppMeters meters;
    private final Map<UUID, ReentrantLock> turns = new ConcurrentHashMap<>();
    /** While this service runs: what is on its way for one of them must not go live any more. */
    private final Set<UUID> destroyed = ConcurrentHashMap.newKeySet();
    private final WaitingLine starts = new WaitingLine(STARTS_AT_ONCE);

    Rollout(
            AppStore store,
            EnclaveLauncher launcher,
            FrontDoorPorts ports,
            Traffic traffic,
            LiveEnclaves live,
            ApplicationEventPublisher events,
            Clock clock,
            AppMeters meters) {
        this.store = store;
        this.launcher = launcher;
        this.ports = ports;
        this.traffic = traffic;
        this.live = live;
        this.events = events;
        this.clock = clock;
        this.meters = meters;
        meters.gauge("caution.starts.waiting", "Enclaves that wait to be started", starts, WaitingLine::waiting);
    }

    /** Said before minutes are spent on an image that nothing here could start. */
    void requireReady(App app) throws DeploymentException {
        launcher.requireReady();
        try {
            traffic.requireFree(app.id(), ports.of(app.id()));
        } catch (IOException e) {
            throw new DeploymentException(e.getMessage());
        }
    }

    /** @param cancellation may end this until the release goes live */
    PushOutcome deploy(App app, Release release, ProgressLog log, Cancellation cancellation)
            throws InterruptedException, IOException {
        return inTurn(app, () -> startInLine(app, release, log, cancellation));
    }

    /** Starts a release again, unless something of the app runs: a push may have been faster. */
    PushOutcome revive(App app, Release release, ProgressLog log, Cancellation cancellation)
            throws InterruptedException, IOException {
        return inTurn(app, () -> {
            if (store.app(app.id()).isEmpty()) {
                return new PushOutcome.Failed("push", "the app was destroyed meanwhile");
            }
            var running = live.of(app.id());
            if (running.isPresent()) {
                return new PushOutcome.Live(running.get().release());
            }
            log.step("Starting v" + release.number() + " again: its enclave is not running");
            return startInLine(app, release, log, cancellation);
        });
    }

    private PushOutcome inTurn(App app, Start start) throws InterruptedException, IOException {
        var turn = turns.computeIfAbsent(app.id(), id -> new ReentrantLock(true));
        turn.lockInterruptibly();
        try {
            return start.run();
        } finally {
            turn.unlock();
        }
    }

    private PushOutcome startInLine(App app, Release release, ProgressLog log, Cancellation cancellation)
            throws InterruptedException, IOException {
        try (var _ = starts.enter(place -> log.step(
                STARTS_AT_ONCE + " other enclaves are starting; this one waits, number " + place + " in line"))) {
            long begin = System.nanoTime();
            boolean live = false;
            try {
                PushOutcome outcome = start(app, release, log, cancellation);
                live = outcome instanceof PushOutcome.Live;
                return outcome;
            } finally {
                meters.start(live, Duration.ofNanos(System.nanoTime() - begin));
            }
        }
    }

    private PushOutcome start(App app, Release release, ProgressLog log, Cancellation cancellation)
            throws InterruptedException, IOException {
        var deployment = Deployment.starting(release, clock.instant());
        store.insert(deployment);
        Enclave enclave = null;
        try (var _ = MDC.putCloseable("deployment", deployment.id().toString())) {
            log.step("Starting enclave");
            enclave = launcher.start(release, deployment.id());
            launcher.attest(release, enclave);
            deployment = deployment.attested();
            store.update(deployment);
            log.step("Attested: PCR0-2 match v" + release.number());
            launcher.awaitApp(release, enclave);
            log.step(EnclaveLauncher.ports(release).isEmpty()
                    ? "Running; no port is declared, so nothing can reach the app ('ports:' in the Procfile)"
                    : "Healthy: the app answers");
            cancellation.lastMoment();
            goLive(app, release, deployment.live(clock.instant()), enclave);
            LOG.info("v{} of app {} is live", release.number(), app.id());
        } catch (DeploymentException | IOException e) {
            return abort(deployment, enclave, e.getMessage());
        } catch (InterruptedException | RuntimeException e) {
            abort(deployment, enclave, cancellation.asked() ? "the push was cancelled"
                    : e instanceof InterruptedException ? "the service was stopped" : e.toString());
            throw e;
        }
        log.step("v" + release.number() + " is live");
        return new PushOutcome.Live(release);
    }

    private PushOutcome abort(Deployment deployment, @Nullable Enclave enclave, String reason) {
        Thread.interrupted(); // it has done its work; what follows must not be cut short by it
        if (enclave != null) {
            enclave.terminate();
        }
        store.update(deployment.failed(reason, clock.instant()));
        return new PushOutcome.Failed("deployment", reason);
    }

    /** Doors, record, memory, in this order; whatever fails, the doors lead to an enclave that runs. */
    private void goLive(App app, Release release, Deployment deployment, Enclave enclave)
            throws DeploymentException, IOException {
        var assigned = ports.assign(app.id(), EnclaveLauncher.ports(release));
        Optional<LiveEnclave> before = live.of(app.id());
        traffic.lead(app.id(), assigned, enclave);
        try {
            store.switchLive(deployment);
        } catch (RuntimeException e) {
            if (before.isPresent()) {
                traffic.lead(app.id(), assigned, before.get().enclave());
            } else {
                traffic.close(app.id());
            }
            throw e;
        }
        live.put(new LiveEnclave(app, release, deployment, enclave, assigned.get(Enclave.CHANNEL_PORT)));
        before.ifPresent(old -> old.enclave().terminate());
        if (destroyed.contains(app.id())) { // a restart takes no turn at the app: it may have been missed
            end(app.id());
            throw new DeploymentException("the app was destroyed meanwhile");
        }
        enclave.ended().thenAccept(exit -> died(app, release, deployment, enclave, exit));
    }

    private void died(App app, Release release, Deployment deployment, Enclave enclave, EnclaveExit exit) {
        if (live.remove(app.id(), deployment.id())) {
            String reason = EnclaveLauncher.describe(exit);
            meters.exit(exit);
            LOG.warn("the enclave of app {} ended: {}", app.id(), Restarts.forTheLog(reason));
            enclave.terminate();
            events.publishEvent(new Ended(app, release, deployment, reason));
        }
    }

    /** Takes down what runs for an app that is no more, its doors in any case; nothing of it goes live again. */
    void destroy(UUID app) {
        destroyed.add(app);
        end(app).ifPresent(ended -> record(ended, "the app was destroyed"));
    }

    /** All are stopped before any of it is recorded: with the database away, the next start makes up for that. */
    void stopAll(String why) {
        var ended = live.apps().stream().map(this::end).flatMap(Optional::stream).toList();
        try {
            ended.forEach(enclave -> record(enclave, why));
        } catch (RuntimeException e) {
            LOG.error("enclaves were stopped, but that is not on record", e);
        }
    }

    private Optional<LiveEnclave> end(UUID app) {
        var running = live.remove(app);
        traffic.close(app);
        if (running != null) {
            running.enclave().terminate();
        }
        return Optional.ofNullable(running);
    }

    private void record(LiveEnclave ended, String why) {
        store.update(ended.deployment().stopped(why, clock.instant()));
    }

    @FunctionalInterface
    private interface Start {
        PushOutcome run() throws InterruptedException, IOException;
    }
}
