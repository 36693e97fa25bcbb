package co.caution.relay;

import co.caution.app.PlatformSettings;
import co.caution.enclaveos.EnclaveOsImages;
import co.caution.enclaveos.EnclaveOsRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * What anybody may have for verifying, by digest: the EnclaveOS of this service and of those before it, and lists of apps'
 * files. Strangers know an app's attestation address alone, so it is served there, too. Nobody believes it: it must be what
 * a known lock, or the evidence's manifest, names.
 */
@Component
class WellKnown {

    /** By digest it can be no other: {@code Cache-Control} for good. */
    static final String CACHE = "public, max-age=" + Duration.ofDays(365).toSeconds() + ", immutable";

    static final String FILES = "/.well-known/caution/files/";

    private final PlatformSettings settings;
    private final EnclaveOsImages enclaveOs;

    WellKnown(PlatformSettings settings, EnclaveOsRelease current) throws IOException, InterruptedException {
        this.settings = settings;
        this.enclaveOs = new EnclaveOsImages(settings.home().resolve("enclaveos"));
        enclaveOs.publish(current);
    }

    Optional<Path> enclaveOs(String digest, String file) {
        return enclaveOs.file(digest, file);
    }

    /** A list of an app's files that is not private. */
    Optional<Path> files(String sha256) {
        return sha256.matches("[0-9a-f]{64}") ? Optional.of(settings.files(sha256)).filter(Files::isRegularFile) : Optional.empty();
    }

    /** @param path of a request, as it came */
    Optional<Path> at(String path) {
        if (path.startsWith(FILES)) {
            return files(path.substring(FILES.length()));
        }
        if (!path.startsWith(EnclaveOsImages.PLACE)) {
            return Optional.empty();
        }
        String[] parts = path.substring(EnclaveOsImages.PLACE.length()).split("/", -1);
        return parts.length == 2 ? enclaveOs(parts[0], parts[1]) : Optional.empty();
    }
}
