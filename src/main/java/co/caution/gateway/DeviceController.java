package co.caution.gateway;

import co.caution.account.DeviceLogins;
import co.caution.account.DeviceLogins.Answer;
import co.caution.account.Passkeys;
import co.caution.account.Scope;
import co.caution.app.Apps;
import co.caution.app.PlatformSettings;
import co.caution.client.ClientNetwork;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** The OAuth device flow (RFC 8628): two addresses for programs, in its own words, and what the page asks that allows them. */
@RestController
class DeviceController {

    static final String CLIENT = "caution-cli";
    private static final String GRANT = "urn:ietf:params:oauth:grant-type:device_code";

    /** Section 3.2; times in seconds. */
    record Authorization(String deviceCode, String userCode, String verificationUri, String verificationUriComplete, long expiresIn,
            int interval) {}

    /** RFC 6749, section 5.1. */
    record Token(String accessToken, String tokenType, long expiresIn, String scope) {}

    /** RFC 6749, section 5.2. */
    record Refusal(String error, String errorDescription) {}

    record Code(String userCode) {}

    record Allowing(String userCode, UUID id, JsonNode credential) {
        Allowing {
            if (id == null) {
                throw new IllegalRequestException("'id' is missing: that which came with the options.");
            }
        }
    }

    /**
     * @param name what the program says of itself
     * @param near whether it asks from where this browser is, too
     */
    record AskedView(String name, List<String> scopes, String address, boolean near, Instant createdAt, Instant expiresAt) {}

    private final DeviceLogins logins;
    private final Passkeys passkeys;
    private final PlatformSettings settings;

    DeviceController(DeviceLogins logins, Passkeys passkeys, PlatformSettings settings) {
        this.logins = logins;
        this.passkeys = passkeys;
        this.settings = settings;
    }

    @PostMapping(path = "/api/device/authorization", consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
    ResponseEntity<?> authorize(HttpServletRequest http) throws IOException {
        var form = OAuthForm.of(http).orElse(null);
        if (form == null) {
            return refusal("invalid_request", "Parameters stand in the body, each once.");
        }
        if (!CLIENT.equals(form.get("client_id"))) {
            return refusal("invalid_client", "The client_id is " + CLIENT + ".");
        }
        String scope = form.get("scope");
        var known = Scope.ALL.stream().map(Scope::word).toList();
        if (scope != null && !known.containsAll(List.of(scope.strip().split(" +")))) {
            return refusal("invalid_scope", "There are: " + Scope.words(Scope.ALL) + ".");
        }
        String name = form.get("device_name");
        var begun = logins.begin(name == null ? "" : name, scope == null ? Scope.ALL : Scope.parse(scope),
                LoginController.address(http.getRemoteAddr()));
        String page = settings.publicUrl() + "/device";
        return answer(HttpStatus.OK, new Authorization(begun.deviceCode(), begun.userCode(), page, page + "#" + begun.userCode(),
                DeviceLogins.LIFE.toSeconds(), DeviceLogins.INTERVAL));
    }

    @PostMapping(path = "/api/device/token", consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
    ResponseEntity<?> token(HttpServletRequest http) throws IOException {
        var form = OAuthForm.of(http).orElse(null);
        @Nullable String code = form == null ? null : form.get("device_code");
        if (form == null || code == null || form.get("grant_type") == null) {
            return refusal("invalid_request", "Parameters stand in the body, each once: grant_type, device_code, client_id.");
        }
        if (!GRANT.equals(form.get("grant_type"))) {
            return refusal("unsupported_grant_type", "The grant_type is " + GRANT + ".");
        }
        if (!CLIENT.equals(form.get("client_id"))) {
            return refusal("invalid_client", "The client_id is " + CLIENT + ".");
        }
        return switch (logins.poll(code)) {
            case Answer.Allowed in -> answer(HttpStatus.OK, new Token(in.token(), "Bearer", in.life().toSeconds(), Scope.words(in.scopes())));
            case Answer.Pending _ -> refusal("authorization_pending", "Nobody has allowed it yet.");
            case Answer.SlowDown _ -> refusal("slow_down", "Wait " + DeviceLogins.INTERVAL + " seconds longer between two questions.");
            case Answer.Denied _ -> refusal("access_denied", "Somebody refused it.");
            case Answer.Expired _ -> refusal("expired_token", "Nobody allowed it in time. Begin again.");
            case Answer.Unknown _ -> refusal("invalid_grant", "This device_code was used, or never given out. Begin again.");
        };
    }

    @PostMapping("/api/device/look")
    AskedView look(@RequestAttribute(Apps.CALLER) UUID caller, @RequestBody Code request, HttpServletRequest http) {
        var asked = asked(caller, request.userCode(), http);
        boolean near = ClientNetwork.of(LoginController.address(asked.address())).equals(
                ClientNetwork.of(LoginController.address(http.getRemoteAddr())));
        return new AskedView(asked.name(), asked.scopes().stream().sorted().map(Scope::word).toList(), asked.address(), near,
                asked.createdAt(), asked.expiresAt());
    }

    @PostMapping("/api/device/options")
    PasskeyController.Asked ask(@RequestAttribute(Apps.CALLER) UUID caller, @RequestBody Code request, HttpServletRequest http) {
        var asked = asked(caller, request.userCode(), http);
        return PasskeyController.Asked.of(passkeys.askAllow(caller, asked.id().toString(), LoginController.address(http.getRemoteAddr())));
    }

    /** Whoever stole a session has no passkey. */
    @PostMapping("/api/device/allow")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void allow(@RequestAttribute(Apps.CALLER) UUID caller, @RequestBody Allowing request, HttpServletRequest http) {
        var asked = asked(caller, request.userCode(), http);
        UUID passkey = passkeys.allow(caller, asked.id().toString(), request.id(), WebAuthnJson.assertion(request.credential()));
        logins.allow(caller, asked, passkey);
    }

    @PostMapping("/api/device/deny")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void deny(@RequestAttribute(Apps.CALLER) UUID caller, @RequestBody Code request, HttpServletRequest http) {
        logins.deny(caller, asked(caller, request.userCode(), http));
    }

    private DeviceLogins.Asked asked(UUID caller, @Nullable String code, HttpServletRequest http) {
        return logins.look(caller, code == null ? "" : code, LoginController.address(http.getRemoteAddr()));
    }

    private static ResponseEntity<?> refusal(String error, String description) {
        return answer(HttpStatus.BAD_REQUEST, new Refusal(error, description));
    }

    private static ResponseEntity<?> answer(HttpStatus status, Object body) {
        return ResponseEntity.status(status).cacheControl(CacheControl.noStore()).body(body);
    }
}
