package co.caution.app.web;

import co.caution.app.App;
import co.caution.app.AppException;
import co.caution.app.Apps;
import co.caution.app.Apps.Owner;
import co.caution.app.Build;
import co.caution.app.Deployer;
import co.caution.paging.PageRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** An app's builds over HTTP: look, follow, cancel. */
@RestController
@RequestMapping("/api/apps/{app}/builds")
class BuildController {

    /** The build's state when the output was read. */
    static final String STATE = "x-build-state";

    private static final MediaType TEXT = new MediaType(MediaType.TEXT_PLAIN, StandardCharsets.UTF_8);
    private static final int LONGEST_WAIT_SECONDS = 30;
    private static final Duration UNTIL_CANCELLED = Duration.ofSeconds(45);

    record BuildView(
            UUID id,
            String ref,
            String commit,
            String state,
            @Nullable String failedPhase,
            @Nullable String failure,
            Instant createdAt,
            @Nullable Instant endedAt) {
        static BuildView of(Build b) {
            return new BuildView(b.id(), b.ref(), b.commitId(), name(b.state()), b.failedPhase(), b.failure(),
                    b.createdAt(), b.endedAt());
        }
    }

    private final Apps apps;
    private final Deployer deployer;
    private final BuildOutput output;

    BuildController(Apps apps, Deployer deployer) {
        this.apps = apps;
        this.deployer = deployer;
        this.output = new BuildOutput(apps, deployer);
    }

    @GetMapping
    ResponseEntity<List<BuildView>> list(
            @RequestAttribute(Apps.OWNER) Owner owner, @PathVariable UUID app, PageRequest wanted, HttpServletRequest http) {
        return apps.builds(apps.get(owner.id(), app), wanted).answer(BuildView::of, http);
    }

    @GetMapping("/{build}")
    BuildView get(@RequestAttribute(Apps.OWNER) Owner owner, @PathVariable UUID app, @PathVariable UUID build) {
        return BuildView.of(apps.build(apps.get(owner.id(), app), build));
    }

    /**
     * What a build said, as text.
     *
     * @param from how many lines the caller has already
     * @param wait seconds to wait for a line while the build is at work; each call is short, so that whoever follows a
     *     build needs no long-lived connection and loses nothing when one breaks
     * @param restart the lines of the last time that its release was started again, instead
     */
    @GetMapping("/{build}/output")
    ResponseEntity<String> output(
            @RequestAttribute(Apps.OWNER) Owner owner,
            @PathVariable UUID app,
            @PathVariable UUID build,
            @RequestParam(defaultValue = "0") int from,
            @RequestParam(defaultValue = "0") int wait,
            @RequestParam(defaultValue = "false") boolean restart,
            @RequestAttribute(Apps.STILL_PERMITTED) BooleanSupplier still)
            throws IOException, InterruptedException {
        App found = apps.get(owner.id(), app);
        var said = output.from(found, apps.build(found, build), restart, Math.max(0, from),
                Duration.ofSeconds(Math.clamp(wait, 0, LONGEST_WAIT_SECONDS)));
        if (wait > 0 && !still.getAsBoolean()) {
            throw new AppException.NotFound(app.toString());
        }
        return ResponseEntity.ok()
                .header(STATE, name(said.state()))
                .contentType(TEXT)
                .body(said.lines().stream().map(line -> line + "\n").collect(Collectors.joining()));
    }

    /** Ends a build that waits or runs; answers when nothing of it is left. */
    @PostMapping("/{build}/cancel")
    BuildView cancel(@RequestAttribute(Apps.OWNER) Owner owner, @PathVariable UUID app, @PathVariable UUID build)
            throws InterruptedException, ExecutionException {
        App found = apps.get(owner.id(), app);
        try {
            deployer.cancel(apps.build(found, build)).toCompletableFuture()
                    .get(UNTIL_CANCELLED.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // Asked for, and under way: the state says so.
        }
        return BuildView.of(apps.build(found, build));
    }

    private static String name(Build.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
