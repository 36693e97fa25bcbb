package co.caution.verify;

import java.net.URI;
import java.time.Duration;

/** Where evidence comes from. */
public sealed interface EvidenceSource {

    /**
     * An attestation endpoint, asked now.
     *
     * @param patience how long its whole answer may take
     */
    record Endpoint(URI url, Duration patience) implements EvidenceSource {}

    /** A file: it is checked at its own time and says nothing about now. Nobody is asked. */
    record Kept(SavedEvidence evidence) implements EvidenceSource {}
}
