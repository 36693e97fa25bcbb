package co.caution.verify;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Where evidence comes from. */
public sealed interface EvidenceSource {

    /**
     * An attestation endpoint, asked now.
     *
     * @param patience how long its whole answer may take
     * @param channel where the app's channel must be; empty for the port that the platform hints at, on the URL's host
     */
    record Endpoint(URI url, Duration patience, Optional<InetSocketAddress> channel) implements EvidenceSource {}

    /** A file: it is checked at its own time and says nothing about now. Nobody is asked. */
    record Kept(SavedEvidence evidence) implements EvidenceSource {}
}
