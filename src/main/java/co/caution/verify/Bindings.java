package co.caution.verify;

import co.caution.attestation.AttestationDocument;
import co.caution.project.Manifest;
import co.caution.project.ManifestException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the enclave's agent tied to the document: {@code user_data} = {@code caution1:} ‖ SHA-384 of the bindings, whose
 * {@code manifest} is the SHA-384 of the manifest's bytes. That is the agent's word: it counts as far as PCR1 shows
 * that the agent is EnclaveOS's.
 */
final class Bindings {

    private static final byte[] PREFIX = "caution1:".getBytes(StandardCharsets.US_ASCII);
    private static final JsonMapper JSON = new JsonMapper();

    private Bindings() {}

    /** The manifest, when the document binds it. */
    static Optional<Manifest> manifest(AttestationDocument document, Answer answer) {
        byte[] bindings = answer.bindings();
        byte[] manifest = answer.manifest();
        if (bindings == null || manifest == null || !document.bindsUserData(userData(bindings))) {
            return Optional.empty();
        }
        try {
            String bound = JSON.readTree(bindings).path("manifest").asString("");
            return bound.equals(HexFormat.of().formatHex(sha384(manifest)))
                    ? Optional.of(Manifest.parse(manifest))
                    : Optional.empty();
        } catch (JacksonException | ManifestException e) {
            return Optional.empty();
        }
    }

    private static byte[] userData(byte[] bindings) {
        var data = new ByteArrayOutputStream();
        data.writeBytes(PREFIX);
        data.writeBytes(sha384(bindings));
        return data.toByteArray();
    }

    private static byte[] sha384(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-384").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has SHA-384
        }
    }
}
