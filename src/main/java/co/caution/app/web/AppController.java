package co.caution.app.web;

import co.caution.app.App;
import co.caution.app.AppException;
import co.caution.app.Apps;
import co.caution.app.Build;
import co.caution.app.Deployer;
import co.caution.app.PlatformSettings;
import co.caution.app.Release;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Apps over HTTP; each call acts for the account whose token it carries. */
@RestController
@RequestMapping("/api/apps")
class AppController {

    record NewApp(String name) {}

    record ReleaseView(int number, String commit, String pcr0, String pcr1, String pcr2, long eifSize) {
        static ReleaseView of(Release r) {
            return new ReleaseView(r.number(), r.commitId(), r.pcr0(), r.pcr1(), r.pcr2(), r.eifSize());
        }
    }

    /** Fields that have no value are left out. */
    record AppView(
            UUID id,
            String resourceName,
            String gitUrl,
            String state,
            Instant createdAt,
            @Nullable ReleaseView release,
            @Nullable String reason,
            @Nullable String applicationUrl,
            @Nullable String attestationUrl) {}

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
            return new BuildView(b.id(), b.ref(), b.commitId(), b.state().name().toLowerCase(Locale.ROOT),
                    b.failedPhase(), b.failure(), b.createdAt(), b.endedAt());
        }
    }

    private final Apps apps;
    private final Deployer deployer;
    private final PlatformSettings settings;

    AppController(Apps apps, Deployer deployer, PlatformSettings settings) {
        this.apps = apps;
        this.deployer = deployer;
        this.settings = settings;
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    AppView create(@RequestAttribute(Apps.CALLER) UUID account, @RequestBody NewApp request) {
        return view(apps.create(account, request.name()));
    }

    @GetMapping
    List<AppView> list(@RequestAttribute(Apps.CALLER) UUID account) {
        return apps.list(account).stream().map(this::view).toList();
    }

    @GetMapping("/{app}")
    AppView get(@RequestAttribute(Apps.CALLER) UUID account, @PathVariable UUID app) {
        return view(apps.get(account, app));
    }

    @DeleteMapping("/{app}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void destroy(@RequestAttribute(Apps.CALLER) UUID account, @PathVariable UUID app) {
        apps.destroy(account, app);
    }

    @GetMapping("/{app}/builds")
    List<BuildView> builds(@RequestAttribute(Apps.CALLER) UUID account, @PathVariable UUID app) {
        return apps.builds(apps.get(account, app)).stream().map(BuildView::of).toList();
    }

    @GetMapping("/{app}/builds/{build}/output")
    ResponseEntity<Resource> output(
            @RequestAttribute(Apps.CALLER) UUID account, @PathVariable UUID app, @PathVariable UUID build) {
        boolean known = apps.builds(apps.get(account, app)).stream().anyMatch(b -> b.id().equals(build));
        var log = deployer.progressLog(build);
        if (!known || !Files.exists(log)) {
            throw new AppException.NotFound(app + " with build " + build);
        }
        return ResponseEntity.ok().contentType(MediaType.TEXT_PLAIN).body(new FileSystemResource(log));
    }

    private AppView view(App app) {
        return view(apps.overview(app));
    }

    private AppView view(Apps.Overview o) {
        return new AppView(o.app().id(), o.app().name(), settings.gitUrl(o.app().id()), o.state(), o.app().createdAt(),
                o.release().map(ReleaseView::of).orElse(null), o.reason().orElse(null),
                o.applicationUrl().orElse(null), o.attestationUrl().orElse(null));
    }
}
