package co.caution.app.web;

import co.caution.app.App;
import co.caution.app.Apps;
import co.caution.app.Apps.Owner;
import co.caution.app.Deployment;
import co.caution.paging.PageRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
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

    private final Apps apps;

    DeploymentController(Apps apps) {
        this.apps = apps;
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
