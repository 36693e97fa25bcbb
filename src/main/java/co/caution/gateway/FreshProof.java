package co.caution.gateway;

import co.caution.account.AccountException.Unproven;
import co.caution.account.BrowserLinks;
import co.caution.account.Proofs;
import co.caution.account.Proofs.Answer;
import co.caution.account.Proofs.Proof;
import co.caution.account.ProofMessage;
import co.caution.audit.Acting;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks for proof where {@link Routes} says so, in the header {@code Caution-Proof: <id> <base64>}: the id of what
 * {@code POST /api/proofs} gave, and an SSHSIG blob or the JSON of a passkey's assertion. The {@link Gate} calls it last, so that
 * who may not do something learns nothing more by proving who they are.
 */
@Component
final class FreshProof {

    static final String HEADER = "Caution-Proof";

    /** The request attribute that holds the session whose link stands in for a proof: whoever adds the passkey asks once more. */
    static final String BY_LINK = "caution.by-link";

    private static final Pattern FORM = Pattern.compile("([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) +([A-Za-z0-9+/=_-]{1,8000})");

    private final Proofs proofs;
    private final BrowserLinks links;
    private final JsonMapper json;

    FreshProof(Proofs proofs, BrowserLinks links, JsonMapper json) {
        this.proofs = proofs;
        this.links = links;
        this.json = json;
    }

    /** @throws Unproven where there is none, or it is none */
    void require(HttpServletRequest request, UUID caller, Routes.Proof kind) {
        List<String> given = Collections.list(request.getHeaders(HEADER));
        if (given.isEmpty() && kind == Routes.Proof.FRESH_BUT_FOR_THE_FIRST
                && request.getAttribute(SessionFilter.SESSION) instanceof UUID session && links.mayMakeFirstPasskey(caller, session)) {
            request.setAttribute(BY_LINK, session);
            return;
        }
        if (given.isEmpty()) {
            throw new Unproven(Unproven.REQUIRED, "This call takes fresh proof that it is yours, by one of your SSH keys or passkeys: ask for a"
                    + " challenge (POST /api/proofs), sign it, and send the call with the header " + HEADER
                    + ". 'caution' does that by itself.");
        }
        var parts = FORM.matcher(given.getFirst());
        if (given.size() > 1 || !parts.matches()) {
            throw garbled("it is not an id, a space and base64");
        }
        Proof proof = proofs.check(caller, UUID.fromString(parts.group(1)), answer(parts.group(2)), request.getMethod(), path(request),
                ProofMessage.hash((byte[]) request.getAttribute(WholeBody.BODY)));
        Acting.prove(json.writeValueAsString(proof));
    }

    private Answer answer(String base64) {
        byte[] shown;
        try {
            shown = Base64.getDecoder().decode(base64.replace('-', '+').replace('_', '/'));
        } catch (IllegalArgumentException e) {
            throw garbled("it is not base64");
        }
        if (shown.length == 0 || shown[0] != '{') {
            return new Answer.BySshKey(shown);
        }
        try {
            return new Answer.ByPasskey(WebAuthnJson.assertion(json.readTree(new String(shown, StandardCharsets.UTF_8))));
        } catch (JacksonException | IllegalRequestException e) {
            throw garbled("it is neither a signature by an SSH key nor what a browser gives for a passkey");
        }
    }

    private static Unproven garbled(String why) {
        return new Unproven(Unproven.REFUSED, "The proof was refused: " + why + ".");
    }

    /** As it came, undecoded. */
    private static String path(HttpServletRequest request) {
        return request.getRequestURI() + (request.getQueryString() == null ? "" : "?" + request.getQueryString());
    }
}
