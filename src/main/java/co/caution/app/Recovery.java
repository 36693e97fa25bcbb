package co.caution.app;

import co.caution.app.store.AppStore;
import co.caution.build.Pipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/** Puts records, branches and files right after the service was away, before any push comes in. */
@Component
class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final AppStore store;
    private final Repositories repositories;
    private final Pipeline pipeline;
    private final PlatformSettings settings;
    private final Clock clock;

    Recovery(AppStore store, Repositories repositories, Pipeline pipeline, PlatformSettings settings, Clock clock) {
        this.store = store;
        this.repositories = repositories;
        this.pipeline = pipeline;
        this.settings = settings;
        this.clock = clock;
    }

    void reconcile() {
        for (App app : store.apps()) {
            if (Files.exists(settings.repository(app.id()))) {
                orLog("the repository of app " + app.id() + " could not be put right", () -> reconcile(app));
            }
        }
        var running = store.runningBuilds();
        for (Build build : running) {
            orLog("what build " + build.id() + " left could not be removed", () -> tidy(build));
        }
        if (!running.isEmpty()) {
            store.abandonRunningBuilds(clock.instant());
            LOG.warn("{} builds were cut off when the service ended; they are recorded as abandoned", running.size());
        }
        for (var deployment : store.notEnded()) {
            store.update(deployment.stopped("the service ended", clock.instant()));
        }
        orLog("what killed builds left could not be removed", pipeline::sweep);
    }

    private void reconcile(App app) throws IOException {
        try (Repository repository = repositories.open(app.id())) {
            repositories.sweep(repository);
            finish(app, repository);
            repositories.unpinAll(repository);
        }
    }

    /** Half an image is of no use to anyone; what the build said stays, and is given an end. */
    private void tidy(Build build) throws IOException {
        FileSystemUtils.deleteRecursively(settings.build(build.id()).resolve(ImageBuilder.STAGE));
        Path log = settings.pushLog(build.id());
        if (Files.exists(log)) {
            Files.writeString(log, "fatal: service failed: the service was killed; push again\n", StandardOpenOption.APPEND);
        }
    }

    /** What is wrong with one app must not keep the others from starting. */
    private static void orLog(String otherwise, Step step) {
        try {
            step.run();
        } catch (IOException | RuntimeException e) {
            LOG.error(otherwise, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * A release that went live is the truth: people have seen it, and it starts again. Where the service ended before
     * the branch had moved to it, the branch follows now.
     */
    private void finish(App app, Repository repository) throws IOException {
        var release = store.lastLive(app.id()).flatMap(last -> store.release(last.releaseId()));
        if (release.isEmpty()) {
            return;
        }
        Build build = store.build(release.get().buildId()).orElseThrow();
        if (build.state() != Build.State.RUNNING) {
            return;
        }
        var commit = ObjectId.fromString(build.commitId());
        ObjectId now = repositories.at(repository, build.ref());
        if (!now.equals(commit)) {
            repositories.move(repository, build.ref(), now, commit);
            LOG.warn("v{} of app {} went live just before the service ended; {} follows to {}", release.get().number(),
                    app.id(), build.ref(), build.commitId());
        }
        store.setFirstDeployBranch(app.id(), build.ref());
        repositories.headFollows(repository, build.ref());
        store.update(build.succeed(clock.instant()));
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException, InterruptedException;
    }
}
