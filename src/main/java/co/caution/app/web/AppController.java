package co.caution.app.web;

import co.caution.app.App;
import co.caution.app.AppException;
import co.caution.app.Apps;
import co.caution.app.Apps.Owner;
import co.caution.app.PlatformSettings;
import co.caution.paging.Page;
import co.caution.paging.PageRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Apps over HTTP; each call comes with the organization in which it is permitted. */
@RestController
@RequestMapping("/api/apps")
class AppController {

    record NewApp(String name) {}

    /** What is not named stays as it is. */
    record Change(@Nullable String name, @Nullable String deployBranch) {}

    /** @param release once it is built */
    record OnItsWayView(UUID build, String commit, @Nullable Integer release) {}

    /** Fields that have no value are left out. */
    record AppView(
            UUID id,
            String resourceName,
            @Nullable List<String> formerNames,
            String organization,
            String gitUrl,
            String state,
            Instant createdAt,
            @Nullable String deployBranch,
            @Nullable ReleaseView release,
            @Nullable OnItsWayView onItsWay,
            @Nullable Integer restarts,
            @Nullable String reason,
            @Nullable String applicationUrl,
            @Nullable String attestationUrl,
            @Nullable String channelUrl) {}

    private final Apps apps;
    private final PlatformSettings settings;

    AppController(Apps apps, PlatformSettings settings) {
        this.apps = apps;
        this.settings = settings;
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    AppView create(@RequestAttribute(Apps.OWNER) Owner owner, @RequestBody NewApp request) {
        return view(owner, apps.create(owner.id(), request.name()));
    }

    @GetMapping
    ResponseEntity<List<AppView>> list(@RequestAttribute(Apps.OWNERS) List<Owner> owners,
            @RequestAttribute(name = Apps.ONLY, required = false) @Nullable UUID only, PageRequest wanted, HttpServletRequest http) {
        var byId = owners.stream().collect(Collectors.toMap(Owner::id, owner -> owner));
        var page = only == null ? apps.list(byId.keySet(), wanted)
                : new Page<>(apps.find(only.toString(), null, names(owners)).map(apps::overview).stream().toList(), null);
        return page.answer(found -> view(byId.get(found.app().organizationId()), found), http);
    }

    private static Map<UUID, String> names(List<Owner> owners) {
        return owners.stream().collect(Collectors.toMap(Owner::id, Owner::name));
    }

    @GetMapping("/{app}")
    AppView get(@RequestAttribute(Apps.OWNER) Owner owner, @PathVariable UUID app) {
        return view(owner, apps.get(owner.id(), app));
    }

    @PatchMapping("/{app}")
    AppView change(@RequestAttribute(Apps.OWNER) Owner owner, @RequestAttribute(name = Apps.ONLY, required = false) @Nullable UUID only,
            @PathVariable UUID app, @RequestBody Change change) {
        if (only != null && change.name() != null) {
            // Whether a name is taken would say which other apps there are.
            throw new AppException.Denied("A token of one app gives it no other name: names are taken from all apps of the organization."
                    + " Use another one, or log in: caution login");
        }
        return view(owner, apps.change(owner.id(), app, change.name(), change.deployBranch()));
    }

    @DeleteMapping("/{app}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void destroy(@RequestAttribute(Apps.OWNER) Owner owner, @PathVariable UUID app,
            @RequestAttribute(name = Apps.AS_SEEN, required = false) @Nullable Runnable asSeen) {
        apps.destroy(owner.id(), app, asSeen == null ? () -> {} : asSeen);
    }

    private AppView view(Owner owner, App app) {
        return view(owner, apps.overview(app));
    }

    private AppView view(Owner owner, Apps.Overview o) {
        return new AppView(o.app().id(), o.app().name(), o.formerNames().isEmpty() ? null : o.formerNames(), owner.name(),
                settings.gitUrl(o.app().id()), o.state(), o.app().createdAt(),
                Optional.ofNullable(o.app().deployBranch()).map(Repository::shortenRefName).orElse(null),
                o.release().map(release -> ReleaseView.of(apps, o.app(), release)).orElse(null),
                o.onItsWay().map(way -> new OnItsWayView(way.build().id(), way.build().commitId(), way.release().orElse(null)))
                        .orElse(null),
                o.restarts() == 0 ? null : o.restarts(),
                o.reason().orElse(null),
                o.applicationUrl().orElse(null), o.attestationUrl().orElse(null),
                o.channelUrl().orElse(null));
    }
}
