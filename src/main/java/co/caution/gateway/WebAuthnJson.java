package co.caution.gateway;

import org.springframework.security.web.webauthn.api.AuthenticatorAssertionResponse;
import org.springframework.security.web.webauthn.api.AuthenticatorAttestationResponse;
import org.springframework.security.web.webauthn.api.PublicKeyCredential;
import org.springframework.security.web.webauthn.jackson.WebauthnJacksonModule;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What browsers write and read of passkeys: the names are the standard's, not those of our other JSON. */
final class WebAuthnJson {

    private static final JsonMapper JSON = JsonMapper.builder().addModule(new WebauthnJacksonModule()).build();

    private WebAuthnJson() {}

    static JsonNode options(Object options) {
        return JSON.valueToTree(options);
    }

    static PublicKeyCredential<AuthenticatorAssertionResponse> assertion(JsonNode given) {
        return read(given, new TypeReference<PublicKeyCredential<AuthenticatorAssertionResponse>>() {});
    }

    static PublicKeyCredential<AuthenticatorAttestationResponse> attestation(JsonNode given) {
        return read(given, new TypeReference<PublicKeyCredential<AuthenticatorAttestationResponse>>() {});
    }

    private static <T extends PublicKeyCredential<?>> T read(JsonNode given, TypeReference<T> type) {
        try {
            T credential = given == null ? null : JSON.readValue(JSON.writeValueAsBytes(given), type);
            if (credential != null && credential.getRawId() != null && credential.getResponse() != null) {
                return credential;
            }
        } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
            // The parts are base64url of what a browser made; what is wrong with another's helps nobody.
        }
        throw new IllegalRequestException("'credential' is missing, or not what a browser gives.");
    }
}
