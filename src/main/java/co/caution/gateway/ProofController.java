package co.caution.gateway;

import co.caution.account.Proofs;
import co.caution.app.Apps;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** What is to be signed for a call that takes fresh proof. */
@RestController
class ProofController {

    record Wanted(String origin, @Nullable String user, String method, String path, String bodySha256) {}

    /**
     * @param sshKeys the fingerprints of those that may sign
     * @param options for a browser; absent where the account has no passkey
     */
    record Asked(UUID id, String user, String challenge, Instant expiresAt, List<String> sshKeys, @Nullable JsonNode options) {}

    private final Proofs proofs;

    ProofController(Proofs proofs) {
        this.proofs = proofs;
    }

    @PostMapping("/api/proofs")
    @ResponseStatus(HttpStatus.CREATED)
    Asked ask(@RequestAttribute(Apps.CALLER) UUID caller, @RequestBody Wanted request) {
        var asked = proofs.ask(caller, request.user() == null ? "" : request.user(), new Proofs.Call(String.valueOf(request.origin()),
                String.valueOf(request.method()), String.valueOf(request.path()), String.valueOf(request.bodySha256())));
        return new Asked(asked.id(), asked.user(), asked.challenge(), asked.expiresAt(), asked.sshKeys(),
                asked.passkey() == null ? null : WebAuthnJson.options(asked.passkey()));
    }
}
