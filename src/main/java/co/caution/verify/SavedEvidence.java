package co.caution.verify;

import co.caution.attestation.EncodedDocument;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Evidence that somebody kept. As a file it is an endpoint's answer (see {@link Answer}) with a member before it:
 * {@code {"saved":{"nonce":"<hex>","at":"<RFC 3339>","url":"…"},"document":…,"manifest":…,"bindings":…,"hints":…}}.
 * Only the document is signed; {@code saved} is the word of whoever kept it.
 */
public final class SavedEvidence {

    /** What is longer is no evidence: an endpoint's answer is at most 1 MiB. */
    public static final int MAX_SIZE = (1 << 20) + 4096;

    private static final JsonMapper JSON = new JsonMapper();

    private final Answer answer;
    private final Optional<byte[]> nonce;
    private final Optional<Instant> at;

    private SavedEvidence(Answer answer, Optional<byte[]> nonce, Optional<Instant> at) {
        this.answer = answer;
        this.nonce = nonce;
        this.at = at;
    }

    static SavedEvidence of(Answer answer, byte[] nonce, Instant at) {
        return new SavedEvidence(answer, Optional.of(nonce), Optional.of(at));
    }

    /**
     * Reads a file that {@link #write} made, an endpoint's answer, or a document alone: raw, in hex or in base64.
     *
     * @throws IllegalArgumentException when it looks like an answer and is none; the message says why
     */
    public static SavedEvidence parse(byte[] file) {
        if (!new String(file, 0, Math.min(file.length, 64), StandardCharsets.ISO_8859_1).stripLeading().startsWith("{")) {
            byte[] document = EncodedDocument.read(file).document();
            return new SavedEvidence(new Answer(document, null, null, JSON.nullNode()), Optional.empty(), Optional.empty());
        }
        Answer answer = Answer.parse(file);
        JsonNode saved = JSON.readTree(file).path("saved");
        try {
            return new SavedEvidence(
                    answer,
                    saved.path("nonce").asStringOpt().map(HexFormat.of()::parseHex),
                    saved.path("at").asStringOpt().map(Instant::parse));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("`saved` does not say when: " + e.getMessage(), e);
        }
    }

    /** The manifest's bytes stay what they are: their digest is bound to the document. */
    public void write(OutputStream out) throws IOException {
        var saved = JSON.createObjectNode();
        nonce.ifPresent(bytes -> saved.put("nonce", HexFormat.of().formatHex(bytes)));
        at.ifPresent(time -> saved.put("at", time.toString()));
        var text = new ByteArrayOutputStream();
        member(text, "{\n  \"saved\": ", JSON.writeValueAsBytes(saved));
        member(text, ",\n  \"document\": ", base64(answer.document()));
        member(text, ",\n  \"manifest\": ", answer.manifest());
        byte[] bindings = answer.bindings();
        member(text, ",\n  \"bindings\": ", bindings == null ? null : base64(bindings));
        if (answer.hints().isObject()) {
            member(text, ",\n  \"hints\": ", JSON.writeValueAsBytes(answer.hints()));
        }
        member(text, "\n}", new byte[] {'\n'});
        text.writeTo(out);
    }

    private static void member(ByteArrayOutputStream text, String name, byte @Nullable [] value) {
        if (value != null) {
            text.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
            text.writeBytes(value);
        }
    }

    private static byte[] base64(byte[] bytes) {
        return ('"' + Base64.getEncoder().encodeToString(bytes) + '"').getBytes(StandardCharsets.US_ASCII);
    }

    Answer answer() {
        return answer;
    }

    /** The challenge that was sent for it, as whoever kept it says. */
    public Optional<byte[]> nonce() {
        return nonce;
    }

    /** When it came, as whoever kept it says. */
    public Optional<Instant> at() {
        return at;
    }
}
