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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * What the enclave's agent tied to the document: {@code user_data} = {@code caution1:} ‖ SHA-384 of the bindings, whose
 * {@code manifest} is the SHA-384 of the manifest's bytes. That is the agent's word: it counts as far as PCR1 shows
 * that the agent is EnclaveOS's.
 *
 * @param bound the bindings' JSON; missing where the answer carries none
 * @param said the manifest's JSON, as far as it can be read: an older pipeline's has other fields
 * @param manifest the same, where this CLI knows its fields
 */
record Bindings(JsonNode bound, JsonNode said, Optional<Manifest> manifest) {

    private static final byte[] PREFIX = "caution1:".getBytes(StandardCharsets.US_ASCII);
    private static final JsonMapper JSON = new JsonMapper();
    private static final JsonNode NONE = MissingNode.getInstance();

    /** @throws EditedException when what came beside the document is not what the document binds */
    static Bindings of(AttestationDocument document, Answer answer) throws EditedException {
        byte[] bindings = answer.bindings();
        byte[] manifest = answer.manifest();
        if (bindings == null) {
            return new Bindings(NONE, NONE, Optional.empty()); // whatever came as a manifest is nobody's word
        }
        if (!document.bindsUserData(userData(bindings))) {
            throw new EditedException("the bindings are not those that the enclave put into its document");
        }
        JsonNode bound = json(bindings);
        if (manifest == null) {
            return new Bindings(bound, NONE, Optional.empty());
        }
        if (!bound.path("manifest").asString("").equals(HexFormat.of().formatHex(sha384(manifest)))) {
            throw new EditedException("the manifest is not the one that the enclave bound to its document: it was edited on the way");
        }
        return new Bindings(bound, json(manifest), known(manifest));
    }

    private static Optional<Manifest> known(byte[] manifest) {
        try {
            return Optional.of(Manifest.parse(manifest));
        } catch (ManifestException e) {
            return Optional.empty();
        }
    }

    private static JsonNode json(byte[] bytes) {
        try {
            return JSON.readTree(bytes);
        } catch (JacksonException e) {
            return NONE;
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

    /** Somebody between the enclave and us put something else in its place. */
    static final class EditedException extends Exception {
        private static final long serialVersionUID = 1;

        EditedException(String message) {
            super(message);
        }
    }
}
