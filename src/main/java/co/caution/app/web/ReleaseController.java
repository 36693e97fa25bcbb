package co.caution.app.web;

import co.caution.app.App;
import co.caution.app.AppException;
import co.caution.app.Apps;
import co.caution.app.Apps.Owner;
import co.caution.app.Release;
import co.caution.paging.PageRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What was built, over HTTP, for those who may read the app. */
@RestController
@RequestMapping("/api/apps/{app}/releases")
class ReleaseController {

    private final Apps apps;

    ReleaseController(Apps apps) {
        this.apps = apps;
    }

    @GetMapping
    ResponseEntity<List<ReleaseView>> list(@RequestAttribute(Apps.OWNER) Owner owner, @PathVariable UUID app, PageRequest wanted,
            HttpServletRequest http) {
        App found = apps.get(owner.id(), app);
        return apps.releases(found, wanted).answer(release -> ReleaseView.of(apps, found, release), http);
    }

    @GetMapping("/{number}")
    ReleaseView get(@RequestAttribute(Apps.OWNER) Owner owner, @PathVariable UUID app, @PathVariable int number) {
        App found = apps.get(owner.id(), app);
        return ReleaseView.of(apps, found, apps.release(found, number));
    }

    /** The measured bytes themselves: whoever hashes them gets what evidence names. */
    @GetMapping("/{number}/manifest")
    ResponseEntity<byte[]> manifest(@RequestAttribute(Apps.OWNER) Owner owner, @PathVariable UUID app, @PathVariable int number) {
        Release release = apps.release(apps.get(owner.id(), app), number);
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .body(release.manifest().getBytes(StandardCharsets.UTF_8));
    }

    /** The image; its entity tag is its SHA-256, so a part that is fetched later belongs to the same bytes. */
    @GetMapping("/{number}/eif")
    ResponseEntity<Resource> eif(@RequestAttribute(Apps.OWNER) Owner owner, @PathVariable UUID app, @PathVariable int number) {
        App found = apps.get(owner.id(), app);
        Release release = apps.release(found, number);
        Path image = apps.image(release).orElseThrow(() -> new AppException.NoRelease(found.name(), number));
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .eTag('"' + release.eifSha256() + '"')
                .body(new FileSystemResource(image));
    }
}
