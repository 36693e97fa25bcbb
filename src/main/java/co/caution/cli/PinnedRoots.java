package co.caution.cli;

import co.caution.attestation.TrustRoot;
import co.caution.trust.Place;
import co.caution.trust.TrustedPlace;
import co.caution.trust.TrustedPlaces;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** Which root, other than AWS's, this person accepts at which attestation URL. Never read from a checkout. */
final class PinnedRoots {

    private final TrustedPlaces places;

    PinnedRoots(Path configuration) {
        this.places = new TrustedPlaces(configuration);
    }

    /** By its fingerprint alone: a name that somebody else chose could claim anything. */
    static TrustRoot simulated(String sha256) {
        return new TrustRoot("a SIMULATED root", sha256);
    }

    void pin(String attestationUrl, TrustRoot root) {
        places.change(Place.of(attestationUrl), kept -> kept.withRoot(new TrustedPlace.Root(root.fingerprint(), Instant.now())));
    }

    Optional<TrustRoot> of(String attestationUrl) {
        return of(places.of(Place.of(attestationUrl)));
    }

    static Optional<TrustRoot> of(TrustedPlace place) {
        return Optional.ofNullable(place.root()).map(root -> simulated(root.sha256()));
    }

    /** For how many addresses one is pinned. */
    int count() {
        return (int) places.all().stream().filter(place -> place.root() != null).count();
    }
}
