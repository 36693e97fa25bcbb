package co.caution.gateway;

import co.caution.account.Passkeys;
import co.caution.account.Sessions;
import co.caution.account.WayIn;
import co.caution.app.Apps;
import co.caution.audit.Acting;
import co.caution.audit.Actor;
import co.caution.paging.PageRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Passkeys over HTTP: signing in, and one's own. */
@RestController
class PasskeyController {

    /** @param id to be given back with the answer, which is good once */
    record Asked(UUID id, JsonNode options) {
        static Asked of(Passkeys.Asked<?> asked) {
            return new Asked(asked.id(), WebAuthnJson.options(asked.options()));
        }
    }

    record Answer(UUID id, JsonNode credential, @Nullable String name, @Nullable String invitation) {
        Answer {
            if (id == null) {
                throw new IllegalRequestException("'id' is missing: that which came with the options.");
            }
        }

        String called() {
            return name == null ? "" : name;
        }
    }

    record Newcomer(String invitation, String name) {}

    record Name(String name) {}

    /** @param session the half of it that the page keeps, for the header {@link SessionFilter#PAGE}; shown this once */
    record SignedIn(String user, String session) {}

    record PasskeyView(UUID id, String name, boolean synced, Instant createdAt, @Nullable Instant lastUsedAt) {
        static PasskeyView of(Passkeys.Passkey passkey) {
            return new PasskeyView(passkey.id(), passkey.name(), passkey.synced(), passkey.createdAt(), passkey.lastUsedAt());
        }
    }

    private final Passkeys passkeys;
    private final Sessions sessions;
    private final SessionCookie cookie;
    private final TransactionOperations transactions;

    PasskeyController(Passkeys passkeys, Sessions sessions, SessionCookie cookie, TransactionOperations transactions) {
        this.passkeys = passkeys;
        this.sessions = sessions;
        this.cookie = cookie;
        this.transactions = transactions;
    }

    @PostMapping("/api/passkeys/login/options")
    Asked askLogin(HttpServletRequest http) {
        return Asked.of(passkeys.askLogin(LoginController.address(http.getRemoteAddr())));
    }

    @PostMapping("/api/passkeys/login")
    SignedIn login(@RequestBody Answer answer, HttpServletRequest http, HttpServletResponse response) {
        return signIn(passkeys.login(answer.id(), WebAuthnJson.assertion(answer.credential())), http, response);
    }

    @PostMapping("/api/invitations/passkey/options")
    Asked askNewcomer(@RequestBody Newcomer request, HttpServletRequest http) {
        return Asked.of(passkeys.askNewcomer(String.valueOf(request.invitation()), request.name(),
                LoginController.address(http.getRemoteAddr())));
    }

    @PostMapping("/api/invitations/passkey")
    @ResponseStatus(HttpStatus.CREATED)
    SignedIn enter(@RequestBody Answer answer, HttpServletRequest http, HttpServletResponse response) {
        var in = passkeys.enter(String.valueOf(answer.invitation()), answer.id(), WebAuthnJson.attestation(answer.credential()),
                answer.called(), what -> Acting.as(Acting.now().invited(), () -> transactions.execute(_ -> what.get())));
        return signIn(in, http, response);
    }

    private SignedIn signIn(Passkeys.In in, HttpServletRequest http, HttpServletResponse response) {
        var begun = Acting.as(Acting.now().known(in.account().id(), in.account().name(), Actor.By.PASSKEY, in.passkey().toString()),
                () -> sessions.begin(in.account().id(), BrowserName.of(http), new WayIn(null, in.passkey())));
        cookie.set(response, begun.cookie());
        return new SignedIn(in.account().name(), begun.page());
    }

    @GetMapping("/api/passkeys")
    ResponseEntity<List<PasskeyView>> list(@RequestAttribute(Apps.CALLER) UUID caller, PageRequest wanted, HttpServletRequest http) {
        return passkeys.of(caller, wanted).answer(PasskeyView::of, http);
    }

    private List<PasskeyView> all(UUID caller) {
        return passkeys.of(caller).stream().map(PasskeyView::of).toList();
    }

    @GetMapping("/api/passkeys/{passkey}")
    PasskeyView get(@RequestAttribute(Apps.CALLER) UUID caller, @PathVariable UUID passkey) {
        return PasskeyView.of(passkeys.get(caller, passkey));
    }

    @PostMapping("/api/passkeys/options")
    Asked askAnother(@RequestAttribute(Apps.CALLER) UUID caller, HttpServletRequest http) {
        return Asked.of(passkeys.askAnother(caller, LoginController.address(http.getRemoteAddr())));
    }

    @PostMapping("/api/passkeys")
    @ResponseStatus(HttpStatus.CREATED)
    List<PasskeyView> add(@RequestAttribute(Apps.CALLER) UUID caller,
            @RequestAttribute(name = FreshProof.BY_LINK, required = false) @Nullable UUID session, @RequestBody Answer answer) {
        passkeys.add(caller, session, answer.id(), WebAuthnJson.attestation(answer.credential()), answer.called());
        return all(caller);
    }

    @PatchMapping("/api/passkeys/{passkey}")
    List<PasskeyView> rename(@RequestAttribute(Apps.CALLER) UUID caller, @PathVariable UUID passkey, @RequestBody Name request) {
        passkeys.rename(caller, passkey, String.valueOf(request.name()));
        return all(caller);
    }

    @DeleteMapping("/api/passkeys/{passkey}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(@RequestAttribute(Apps.CALLER) UUID caller, @PathVariable UUID passkey) {
        passkeys.remove(caller, passkey);
    }
}
