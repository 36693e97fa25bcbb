package co.caution.app.web;

import co.caution.app.App;
import co.caution.app.AppException;
import co.caution.app.Apps;
import co.caution.app.Apps.Owner;
import co.caution.app.Deployer;
import co.caution.app.Deployment;
import co.caution.app.Release;
import co.caution.paging.PageRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** An app's deployments over HTTP: each run of a release in an enclave, over ones included. */
@RestController
@RequestMapping("/api/apps/{app}/deployments")
class DeploymentController {

    /**
     * Fields that have no value are left out.
     *
     * @param release its number
     */
    record DeploymentView(UUID id, int release, String state, @Nullable String reason, Instant createdAt, @Nullable Instant liveAt,
            @Nullable Instant endedAt) {

        static DeploymentView of(Deployment d, int release) {
            return new DeploymentView(d.id(), release, d.state().name().toLowerCase(Locale.ROOT), d.reason(), d.createdAt(), d.liveAt(),
                    d.endedAt());
        }
    }

    record Wanted(@Nullable Integer release) {}

    /** @param build made the release; what is said now is its output with {@code restart=true} */
    record OnItsWayView(int release, UUID build) {}

    private final Apps apps;
    private final Deployer deployer;

    DeploymentController(Apps apps, Deployer deployer) {
        this.apps = apps;
        this.deployer = deployer;
    }

    /** Answers at once: to be attested takes as long as it takes. */
    @PostMapping
    @ResponseStatus(HttpStatus.ACCEPTED)
    OnItsWayView deploy(@RequestAttribute(Apps.OWNER) Owner owner, @PathVariable UUID app, @RequestBody Wanted wanted) {
        App found = apps.get(owner.id(), app);
        if (wanted.release() == null) {
            throw new AppException("Which release? Give release, its number.");
        }
        Release release = apps.release(found, wanted.release());
        deployer.redeploy(found, release);
        return new OnItsWayView(release.number(), release.buildId());
    }

    @GetMapping
    ResponseEntity<List<DeploymentView>> list(@RequestAttribute(Apps.OWNER) Owner owner, @PathVariable UUID app, PageRequest wanted,
            HttpServletRequest http) {
        App found = apps.get(owner.id(), app);
        Map<UUID, Integer> numbers = apps.releaseNumbers(found);
        return apps.deployments(found, wanted).answer(each -> DeploymentView.of(each, numbers.get(each.releaseId())), http);
    }

    @GetMapping("/{deployment}")
    DeploymentView get(@RequestAttribute(Apps.OWNER) Owner owner, @PathVariable UUID app, @PathVariable UUID deployment) {
        App found = apps.get(owner.id(), app);
        Deployment each = apps.deployment(found, deployment);
        return DeploymentView.of(each, apps.releaseNumbers(found).get(each.releaseId()));
    }
}
