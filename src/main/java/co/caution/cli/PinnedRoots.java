package co.caution.cli;

import co.caution.attestation.TrustRoot;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code roots.json} in this person's configuration: which root, other than AWS's, they accept at which origin. Never
 * read from a checkout.
 */
final class PinnedRoots {

    private final PrivateFile file;

    PinnedRoots(Path configuration) {
        this.file = new PrivateFile(configuration.resolve("roots.json"));
    }

    /** By its fingerprint alone: a name that somebody else chose could claim anything. */
    static TrustRoot simulated(String sha256) {
        return new TrustRoot("a SIMULATED root", sha256);
    }

    void pin(String attestationUrl, TrustRoot root) {
        var pins = file.read();
        pins.withObjectProperty(origin(attestationUrl)).put("sha256", root.fingerprint());
        file.write(pins);
    }

    Optional<TrustRoot> of(String attestationUrl) {
        var pin = file.read().path(origin(attestationUrl));
        return pin.isMissingNode()
                ? Optional.empty()
                : Optional.of(simulated(pin.path("sha256").asString()));
    }

    /** For how many origins one is pinned. */
    int count() {
        return file.read().size();
    }

    private static String origin(String url) {
        URI uri = URI.create(url);
        return uri.getScheme() + "://" + uri.getAuthority();
    }
}
