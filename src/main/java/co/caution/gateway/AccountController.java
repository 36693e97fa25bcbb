package co.caution.gateway;

import co.caution.account.AccountException;
import co.caution.account.Accounts;
import co.caution.app.Apps;
import co.caution.paging.PageRequest;
import co.caution.sshkey.SshPublicKey;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** An account over HTTP: its keys and tokens. Each call acts for the account whose token it carries. */
@RestController
@RequestMapping("/api/account")
class AccountController {

    record AccountView(UUID id, String name, Instant createdAt) {}

    record NewKey(String sshKey) {}

    record KeyView(
            UUID id, String fingerprint, String type, String name, String publicKey, Instant createdAt,
            @Nullable Instant lastUsedAt) {
        static KeyView of(Accounts.Key key) {
            return new KeyView(key.id(), key.fingerprint(), key.publicKey().substring(0, key.publicKey().indexOf(' ')),
                    key.name(), key.publicKey(), key.createdAt(), key.lastUsedAt());
        }
    }

    /** @param current whether this very call carries it */
    record TokenView(
            UUID id, String name, boolean current, Instant createdAt, @Nullable Instant lastUsedAt,
            @Nullable Instant expiresAt) {}

    private final Accounts accounts;

    AccountController(Accounts accounts) {
        this.accounts = accounts;
    }

    @GetMapping
    AccountView account(@RequestAttribute(Apps.CALLER) UUID caller) {
        var account = accounts.account(caller);
        return new AccountView(account.id(), account.name(), account.createdAt());
    }

    @GetMapping("/ssh-keys")
    ResponseEntity<List<KeyView>> keys(@RequestAttribute(Apps.CALLER) UUID caller, PageRequest wanted, HttpServletRequest http) {
        return accounts.sshKeys(caller, wanted).answer(KeyView::of, http);
    }

    /** 201 and the key; 200 where it was there before. */
    @PostMapping("/ssh-keys")
    ResponseEntity<KeyView> addKey(@RequestAttribute(Apps.CALLER) UUID caller, @RequestBody NewKey request) {
        var key = SshPublicKey.parse(request.sshKey());
        boolean added = accounts.addSshKey(caller, key);
        var view = accounts.sshKeys(caller).stream()
                .filter(known -> known.fingerprint().equals(key.fingerprint()))
                .map(KeyView::of)
                .findFirst()
                .orElseThrow();
        return ResponseEntity.status(added ? HttpStatus.CREATED : HttpStatus.OK).body(view);
    }

    @DeleteMapping("/ssh-keys/{key}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void removeKey(@RequestAttribute(Apps.CALLER) UUID caller, @PathVariable UUID key) {
        accounts.removeSshKey(caller, key);
    }

    @GetMapping("/tokens")
    ResponseEntity<List<TokenView>> tokens(
            @RequestAttribute(Apps.CALLER) UUID caller,
            @RequestAttribute(name = Accounts.TOKEN, required = false) @Nullable UUID current,
            PageRequest wanted,
            HttpServletRequest http) {
        return accounts.tokens(caller, wanted).answer(token -> new TokenView(token.id(), token.name(), token.id().equals(current),
                token.createdAt(), token.lastUsedAt(), token.expiresAt()), http);
    }

    @DeleteMapping("/tokens/{token}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@RequestAttribute(Apps.CALLER) UUID caller, @PathVariable UUID token) {
        accounts.revokeToken(caller, token);
    }

    /** Logging out. */
    @DeleteMapping("/tokens/current")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revokeCurrent(
            @RequestAttribute(Apps.CALLER) UUID caller,
            @RequestAttribute(name = Accounts.TOKEN, required = false) @Nullable UUID current) {
        if (current == null) {
            throw new AccountException.NotFound("This call carries no token, but a browser's session.");
        }
        accounts.revokeToken(caller, current);
    }
}
