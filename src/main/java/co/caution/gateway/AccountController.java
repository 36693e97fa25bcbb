package co.caution.gateway;

import co.caution.account.Accounts;
import co.caution.account.Action;
import co.caution.account.Grant;
import co.caution.account.Permissions;
import co.caution.account.Scope;
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

/** An account over HTTP, and its keys. Each call acts for the account whose token it carries. */
@RestController
@RequestMapping("/api/account")
class AccountController {

    /** @param scopes and {@code app}: of what the call carries */
    record AccountView(UUID id, String name, Instant createdAt, List<String> scopes, @Nullable UUID app) {}

    /** @param app id or name of the only app that it is to push to */
    record NewKey(String sshKey, @Nullable String app) {}

    record KeyView(
            UUID id, String fingerprint, String type, String name, @Nullable String app, String publicKey, Instant createdAt,
            @Nullable Instant lastUsedAt) {
        static KeyView of(Accounts.Key key) {
            return new KeyView(key.id(), key.fingerprint(), key.publicKey().substring(0, key.publicKey().indexOf(' ')),
                    key.name(), key.app(), key.publicKey(), key.createdAt(), key.lastUsedAt());
        }
    }

    private final Accounts accounts;
    private final Permissions permissions;
    private final Apps apps;

    AccountController(Accounts accounts, Permissions permissions, Apps apps) {
        this.accounts = accounts;
        this.permissions = permissions;
        this.apps = apps;
    }

    @GetMapping
    AccountView account(@RequestAttribute(Apps.CALLER) UUID caller, @RequestAttribute(Grant.ATTRIBUTE) Grant grant) {
        var account = accounts.account(caller);
        return new AccountView(account.id(), account.name(), account.createdAt(), grant.scopes().stream().sorted().map(Scope::word).toList(),
                grant.app());
    }

    @GetMapping("/ssh-keys")
    ResponseEntity<List<KeyView>> keys(@RequestAttribute(Apps.CALLER) UUID caller, PageRequest wanted, HttpServletRequest http) {
        return accounts.sshKeys(caller, wanted).answer(KeyView::of, http);
    }

    /** 201 and the key; 200 where it was there before. */
    @PostMapping("/ssh-keys")
    ResponseEntity<KeyView> addKey(@RequestAttribute(Apps.CALLER) UUID caller, @RequestBody NewKey request) {
        var key = SshPublicKey.parse(request.sshKey());
        UUID app = request.app() == null ? null : OwnApps.find(permissions, apps, caller, Action.DEPLOY, request.app());
        boolean added = accounts.addSshKey(caller, key, app);
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
}
