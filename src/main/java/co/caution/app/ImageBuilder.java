package co.caution.app;

import co.caution.app.store.AppStore;
import co.caution.build.BuildException;
import co.caution.build.BuildListener;
import co.caution.build.BuiltImage;
import co.caution.build.Pipeline;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.packages.Durable;
import co.caution.packages.Sha256;
import co.caution.paging.PageRequest;
import co.caution.project.FileList;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.UUID;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/** Runs the pipeline for a push and records what it made as a release. */
@Component
class ImageBuilder {

    private static final Logger LOG = LoggerFactory.getLogger(ImageBuilder.class);

    private static final int KEPT_STAGES = 10;
    static final String STAGE = "eif-stage";

    private final Pipeline pipeline;
    private final EnclaveOsRelease enclaveOs;
    private final AppStore store;
    private final PlatformSettings settings;
    private final Clock clock;
    private final AppMeters meters;
    private final WaitingLine places;

    ImageBuilder(
            Pipeline pipeline, EnclaveOsRelease enclaveOs, AppStore store, PlatformSettings settings, Clock clock,
            AppMeters meters) {
        this.pipeline = pipeline;
        this.enclaveOs = enclaveOs;
        this.store = store;
        this.settings = settings;
        this.clock = clock;
        this.places = new WaitingLine(settings.buildsAtOnce());
        this.meters = meters;
        meters.gauge("caution.builds.waiting", "Builds that wait for a place", places, WaitingLine::waiting);
    }

    Release build(App app, Build build, Repository repository, ObjectId commit, ProgressLog log)
            throws DeploymentException, IOException, InterruptedException {
        try (var _ = places.enter(place -> log.step(
                settings.buildsAtOnce() + " other builds are at work; this one waits, number " + place + " in line"));
                var listener = new PhaseTimes(listener(log), meters)) {
            removeStages(app, KEPT_STAGES); // also of those that failed: what an app leaves must not grow
            long start = System.nanoTime();
            Path stage = settings.build(build.id()).resolve(STAGE);
            BuiltImage image = pipeline.build(repository, commit, stage, listener);
            long seconds = (System.nanoTime() - start) / 1_000_000_000;
            var pcrs = image.measurements();
            log.step("Built EIF in " + seconds + " s (" + (image.eifSize() >> 20) + " MiB)");
            log.detail("PCR0 " + pcrs.pcr0());
            log.detail("PCR1 " + pcrs.pcr1());
            log.detail("PCR2 " + pcrs.pcr2());
            return record(app, build, commit, image);
        } catch (BuildException e) {
            throw new DeploymentException(e.getMessage());
        }
    }

    private Release record(App app, Build build, ObjectId commit, BuiltImage image) throws IOException {
        String sha256 = Sha256.of(image.eif());
        keep(image.eif(), settings.image(sha256), build);
        if (!image.procfile().filesPrivate() && Files.size(image.files()) <= FileList.MAX_BYTES) {
            keep(image.files(), settings.files(image.manifest().files()), build);
        }
        var pcrs = image.measurements();
        var release = new Release(UUID.randomUUID(), app.id(), store.nextNumber(app.id()), build.id(), commit.name(),
                image.procfile().source(), sha256, image.eifSize(), pcrs.pcr0(), pcrs.pcr1(), pcrs.pcr2(),
                new String(image.manifestJson(), StandardCharsets.UTF_8), enclaveOs.digest(), clock.instant());
        store.insert(release);
        return release;
    }

    private static void keep(Path made, Path stored, Build build) throws IOException {
        Files.createDirectories(stored.getParent());
        // Over whatever is there: the same bytes, or ones that were damaged since.
        Path fresh = stored.resolveSibling(build.id() + ".new");
        Files.createLink(fresh, made);
        Durable.move(fresh, stored);
        Files.deleteIfExists(fresh); // moving one name of a file onto another of its names leaves both
    }

    /** What went into an image can be read here for a while; a verifier makes it anew at any time. */
    private void removeStages(App app, int kept) throws IOException {
        for (Build old : store.buildsOf(app.id(), PageRequest.ALL).items().stream().skip(kept).toList()) {
            FileSystemUtils.deleteRecursively(settings.build(old.id()).resolve(STAGE));
        }
    }

    /** Nobody reads any more what went into the images of an app that was destroyed. */
    void forget(App app) {
        try {
            removeStages(app, 0);
        } catch (IOException e) {
            LOG.warn("what the builds of app {} left could not be removed: {}", app.id(), e.toString());
        }
    }

    private static BuildListener listener(ProgressLog log) {
        return new BuildListener() {
            @Override
            public void phase(String name) {
                log.step(name);
            }

            @Override
            public void line(String text) {
                log.detail(text);
            }

            @Override
            public void note(String text) {
                log.step(text);
            }
        };
    }
}
