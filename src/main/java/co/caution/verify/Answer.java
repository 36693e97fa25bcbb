package co.caution.verify;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import java.util.Arrays;
import java.util.Base64;

/**
 * What an attestation endpoint answered.
 *
 * @param document COSE_Sign1, signed
 * @param manifest exactly the bytes that came; bound to the document only through {@code bindings}
 * @param bindings the JSON whose SHA-384 the document's {@code user_data} carries
 * @param hints the platform's own word: unsigned, unmeasured
 */
record Answer(byte[] document, byte @Nullable [] manifest, byte @Nullable [] bindings, JsonNode hints) {

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    /** @throws IllegalArgumentException when this is not such an answer; the message says why */
    static Answer parse(byte[] body) {
        try {
            JsonNode root = JSON.readTree(body);
            JsonNode document = root.has("attestation_document") ? root.get("attestation_document") : root.path("document");
            if (!document.isString()) {
                throw new IllegalArgumentException("the answer carries no document");
            }
            return new Answer(
                    Base64.getDecoder().decode(document.asString()),
                    slice(body, "manifest"),
                    root.path("bindings").isString() ? Base64.getDecoder().decode(root.path("bindings").asString()) : null,
                    root.path("hints"));
        } catch (JacksonException e) {
            throw new IllegalArgumentException("the answer is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** The bytes of a member, as they came: writing them anew could change what was hashed. */
    private static byte @Nullable [] slice(byte[] body, String member) {
        try (JsonParser parser = JSON.createParser(body)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean wanted = parser.currentName().equals(member);
                JsonToken value = parser.nextToken();
                int from = (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                if (wanted && value == JsonToken.START_OBJECT) {
                    return Arrays.copyOfRange(body, from, (int) parser.currentLocation().getByteOffset());
                }
            }
            return null;
        }
    }
}
