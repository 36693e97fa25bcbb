package co.caution.verify;

import co.caution.attestation.Evidence.Genuine;
import co.caution.build.BuiltImage;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.project.Manifest;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Told what holds, at the moment when it holds. */
public interface Progress {

    void requesting(byte[] nonce);

    /** Instead of a request: evidence that somebody kept. */
    void reading(SavedEvidence evidence);

    /**
     * Signature, certificates, time and nonce are right, and the bindings are the document's: what it says is now worth
     * showing, and keeping.
     *
     * @param from what it came in
     */
    void genuine(Genuine evidence, SavedEvidence from);

    /**
     * @param manifest as the enclave's agent bound it to the evidence; empty when it did not
     * @param hints the platform's own word
     */
    void manifest(Optional<Manifest> manifest, JsonNode hints);

    /** @param os that the source is built into: one that this person knows */
    void reproducing(Reproduction source, EnclaveOsRelease os);

    void reproduced(BuiltImage image);

    void comparing();

    /** Who answers on the app's port, looked at after the measurements were found to be the expected ones. */
    default void channel(Channel channel) {}
}
