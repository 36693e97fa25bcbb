package co.caution.app;

import co.caution.app.store.AppStore;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Starts enclaves again that ended unasked, and those that ran when the service ended: attested anew, with growing
 * pauses, and not for ever.
 */
@Component
class Restarts {

    private static final Logger LOG = LoggerFactory.getLogger(Restarts.class);

    /**
     * What is shown of an app that does not run smoothly.
     *
     * @param times in a row, the one that is under way included
     * @param pending whether it is yet to run again
     * @param reason why it last ended
     */
    record Note(UUID release, int times, boolean pending, String reason) {}

    private final AppStore store;
    private final Rollout rollout;
    private final PlatformSettings settings;
    private final Clock clock;
    private final Backoff backoff = Backoff.defaults();
    private final Map<UUID, Note> notes = new ConcurrentHashMap<>();
    /** Platform threads, as a push has: they are interrupted while they use the database. */
    private final ExecutorService workers =
            Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("restart-", 1).daemon().factory());

    Restarts(AppStore store, Rollout rollout, PlatformSettings settings, Clock clock) {
        this.store = store;
        this.rollout = rollout;
        this.settings = settings;
        this.clock = clock;
    }

    /** @param release that runs, or ran last: what was noted of another one is over */
    Optional<Note> note(UUID app, UUID release) {
        return Optional.ofNullable(notes.get(app)).filter(note -> note.release().equals(release));
    }

    /** Starts again what ran when the service ended. */
    void resume() {
        for (App app : store.apps()) {
            store.lastLive(app.id())
                    .filter(last -> last.state() == Deployment.State.STOPPED)
                    .flatMap(last -> store.release(last.releaseId()))
                    .ifPresent(release -> work(() -> start(app, release, 0, "the service ended")));
        }
    }

    @EventListener
    void ended(Rollout.Ended ended) {
        App app = ended.app();
        Release release = ended.release();
        work(() -> {
            int before = note(app.id(), release.id()).map(Note::times).orElse(0);
            int row = backoff.row(before, Duration.between(ended.deployment().liveAt(), clock.instant()));
            boolean enough = backoff.wait(row).isEmpty();
            // What is recorded as stopped starts again, by this service or the next; what failed does not.
            record(enough
                    ? ended.deployment().failed(ended.reason() + "; it was started again " + row + " times in a row, and no"
                            + " more. Mend it and push, or push as it is to start it once more", clock.instant())
                    : ended.deployment().stopped(ended.reason() + "; it is started again", clock.instant()));
            again(app, release, row, ended.reason());
        });
    }

    /** Interrupts the waiting and the starting. */
    void stop(Duration limit) throws InterruptedException {
        workers.shutdownNow();
        workers.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What cannot be recorded is started again all the same. */
    private void record(Deployment ended) {
        try {
            store.update(ended);
        } catch (RuntimeException e) {
            LOG.error("the end of deployment {} is not on record", ended.id(), e);
        }
    }

    private void again(App app, Release release, int row, String why) throws InterruptedException, IOException {
        if (workers.isShutdown()) {
            throw new InterruptedException(); // what failed may have used the interrupt up
        }
        var wait = backoff.wait(row);
        if (wait.isEmpty()) {
            notes.remove(app.id());
            LOG.error("app {} is not started again: {}", app.id(), forTheLog(why));
            return;
        }
        notes.put(app.id(), new Note(release.id(), row + 1, true, why));
        Thread.sleep(wait.get());
        start(app, release, row + 1, why);
    }

    private void start(App app, Release release, int times, String why) throws InterruptedException, IOException {
        notes.put(app.id(), new Note(release.id(), times, true, why));
        PushOutcome outcome;
        try {
            if (store.app(app.id()).isEmpty()) {
                notes.remove(app.id());
                return;
            }
            outcome = revive(app, release);
        } catch (RuntimeException e) { // the database, most likely: nothing to give an app up for
            LOG.error("app {} could not be started again", app.id(), e);
            outcome = new PushOutcome.Failed("service", Mishap.describe(e));
        }
        if (outcome instanceof PushOutcome.Failed failed) {
            LOG.warn("app {} was not started again: {}", app.id(), forTheLog(failed.reason()));
            again(app, release, times, failed.reason());
        } else {
            notes.put(app.id(), new Note(release.id(), times, false, why));
            LOG.info("v{} of app {} runs again", release.number(), app.id());
        }
    }

    /** What an app wrote is its own affair, and could pass for lines of the log. */
    static String forTheLog(String reason) {
        return reason.lines().findFirst().orElse("");
    }

    private PushOutcome revive(App app, Release release) throws InterruptedException, IOException {
        var log = new ProgressLog(settings.restartLog(release.buildId()));
        try {
            PushOutcome outcome = rollout.revive(app, release, log, new Cancellation());
            if (outcome instanceof PushOutcome.Failed failed) {
                log.say("fatal: " + failed.phase() + " failed: " + failed.reason());
            }
            return outcome;
        } finally {
            log.close();
        }
    }

    private void work(Work work) {
        try {
            workers.submit(() -> Patience.run(LOG::warn, () -> {
                try {
                    work.run();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt(); // the service stops
                } catch (Exception e) {
                    LOG.error("an enclave could not be started again", e);
                }
            }));
        } catch (RejectedExecutionException e) {
            LOG.debug("the service stops");
        }
    }

    @FunctionalInterface
    private interface Work {
        void run() throws Exception;
    }
}
