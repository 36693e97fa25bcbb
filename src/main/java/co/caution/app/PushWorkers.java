package co.caution.app;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;

/** The threads that work on pushes: what each is at, who may stop it, and what is said and recorded when it ends. */
@Component
class PushWorkers {

    private static final Logger LOG = LoggerFactory.getLogger(PushWorkers.class);

    private final FrontDoorPorts ports;
    private final AppMeters meters;
    private final Map<Path, Work> atWork = new ConcurrentHashMap<>();
    /** Platform threads: interrupting a virtual one closes the sockets that it reads, the database's among them. */
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("push-", 1).daemon().factory());

    PushWorkers(FrontDoorPorts ports, AppMeters meters) {
        this.ports = ports;
        this.meters = meters;
    }

    Optional<ProgressLog> following(Path log) {
        return at(log).map(PushRun::log);
    }

    /** The work that writes this log. */
    Optional<PushRun> at(Path log) {
        return Optional.ofNullable(atWork.get(log)).map(Work::run);
    }

    CompletionStage<PushOutcome> cancel(Build build, Path log) {
        var work = atWork.get(log);
        if (work == null || !work.cancellation().ask()) {
            throw new AppException.Conflict("Build " + build.shortId() + " cannot be cancelled: "
                    + (work == null ? "it is over." : "its release is going live."));
        }
        return work.run().outcome();
    }

    /** Interrupts the pushes at work; they record that and undo themselves. No others begin. */
    void interrupt() {
        threads.shutdown();
        atWork.values().forEach(work -> work.cancellation().stop());
    }

    void await(Duration limit) throws InterruptedException {
        threads.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Does the work in a thread of its own.
     *
     * @param restarted whether the build's release is only started again
     * @param file where the log is kept: it names the work
     * @param record puts the outcome on record, before the last lines are said
     */
    PushRun run(App app, UUID build, boolean restarted, Path file, ProgressLog log, Cancellation cancellation,
            Callable<PushOutcome> work, Consumer<PushOutcome> record) {
        var run = new PushRun(build, log, new CompletableFuture<>());
        atWork.put(file, new Work(run, cancellation));
        long begin = System.nanoTime();
        Consumer<PushOutcome> end = ended -> {
            note(app, build, ended, Duration.ofNanos(System.nanoTime() - begin));
            try {
                record.accept(ended);
                conclude(app, build, restarted, ended, log);
            } catch (RuntimeException e) {
                LOG.error("the end of push {} of app {} is not on record", build, app.id(), e);
            } finally {
                log.close();
                atWork.remove(file);
                run.outcome().complete(ended);
            }
        };
        try {
            threads.submit(() -> Patience.run(log::step, () -> {
                MDC.put("app", app.id().toString()); // the thread is this push's alone
                MDC.put("build", build.toString());
                end.accept(outcome(app, build, cancellation, work));
            }));
        } catch (RejectedExecutionException e) {
            end.accept(PushOutcome.Failed.serviceStopped());
        }
        return run;
    }

    /** Why it failed is the app's own affair, and may be as long as a compiler's output: not for this log. */
    private void note(App app, UUID build, PushOutcome ended, Duration time) {
        meters.push(ended, time);
        LOG.info("push {} of app {} ended after {} s: {}", build, app.id(), time.toSeconds(), switch (ended) {
            case PushOutcome.Live _ -> "live";
            case PushOutcome.Cancelled _ -> "cancelled";
            case PushOutcome.Failed failed -> failed.phase() + " failed";
        });
    }

    /** A step that was interrupted may say that it failed, in words of its own; what was asked of the push explains it. */
    private static PushOutcome outcome(App app, UUID build, Cancellation cancellation, Callable<PushOutcome> work) {
        PushOutcome ended;
        try {
            cancellation.begin();
            ended = work.call();
        } catch (InterruptedException e) {
            ended = PushOutcome.Failed.serviceStopped();
        } catch (Throwable e) {
            if (!cancellation.asked() && !cancellation.stopped()) {
                LOG.error("push {} of app {} failed for an unforeseen reason", build, app.id(), e);
            }
            ended = new PushOutcome.Failed("service", Mishap.describe(e));
        } finally {
            cancellation.end();
        }
        if (ended instanceof PushOutcome.Live) {
            return ended;
        }
        return cancellation.asked() ? new PushOutcome.Cancelled()
                : cancellation.stopped() ? PushOutcome.Failed.serviceStopped() : ended;
    }

    /** The last lines, which everybody gets to see: the client that waits, and whoever reads the log later. */
    private void conclude(App app, UUID build, boolean restarted, PushOutcome ended, ProgressLog log) {
        switch (ended) {
            case PushOutcome.Live _ -> {
                log.say("Deployment successful!");
                var urls = ports.urls(List.of(app.id())).get(app.id());
                urls.application().ifPresent(url -> log.say("Application: " + url));
                urls.attestation().ifPresent(url -> log.say("Attestation: " + url));
                log.say("");
                log.say("Run 'caution verify' to verify the application attestation.");
            }
            case PushOutcome.Cancelled _ -> log.say("Cancelled: nothing was changed. The same push can be tried again.");
            case PushOutcome.Failed failed -> {
                log.say("fatal: " + failed.phase() + " failed: " + failed.reason());
                log.say("The whole log: caution builds output " + build.toString().substring(0, 8)
                        + (restarted ? " --restart" : ""));
            }
        }
    }

    private record Work(PushRun run, Cancellation cancellation) {}
}
