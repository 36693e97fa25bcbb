package co.caution.app.web;

import co.caution.app.App;
import co.caution.app.AppException;
import co.caution.app.Apps;
import co.caution.app.Apps.Owner;
import co.caution.app.PlatformSettings;
import co.caution.app.Release;
import java.nio.file.Files;
import java.nio.file.Path;
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
@RequestMapping("/api/apps/{app}/releases/{number}")
class ReleaseController {

    private final Apps apps;
    private final PlatformSettings settings;

    ReleaseController(Apps apps, PlatformSettings settings) {
        this.apps = apps;
        this.settings = settings;
    }

    /** The image; its entity tag is its SHA-256, so a part that is fetched later belongs to the same bytes. */
    @GetMapping("/eif")
    ResponseEntity<Resource> eif(@RequestAttribute(Apps.OWNER) Owner owner, @PathVariable UUID app, @PathVariable int number) {
        App found = apps.get(owner.id(), app);
        Release release = apps.release(found, number);
        Path image = settings.image(release.eifSha256());
        if (!Files.isRegularFile(image)) {
            throw new AppException.NoRelease(found.name(), number);
        }
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .eTag('"' + release.eifSha256() + '"')
                .body(new FileSystemResource(image));
    }
}
