package co.caution.gateway;

import co.caution.account.AccountException;
import co.caution.account.Action;
import co.caution.account.Grant;
import co.caution.account.Permissions;
import co.caution.account.Scope;
import co.caution.account.Tokens;
import co.caution.app.Apps;
import co.caution.paging.PageRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
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

/** One's tokens over HTTP: made for a purpose, listed, ended. */
@RestController
@RequestMapping("/api/account/tokens")
class TokenController {

    private static final int USUAL_DAYS = 90;

    /**
     * @param app id or name of the only app that it is to be good for
     * @param expiresInDays at most 365; without it 90
     */
    record NewToken(String name, List<String> scopes, @Nullable String app, @Nullable Integer expiresInDays) {}

    /**
     * @param app the name of the only app that it is good for
     * @param current whether this very call carries it
     */
    record TokenView(UUID id, String name, List<String> scopes, @Nullable String app, boolean current, Instant createdAt,
            @Nullable Instant lastUsedAt, @Nullable Instant expiresAt) {}

    /** @param token shown this once */
    record MadeView(UUID id, String name, List<String> scopes, @Nullable String app, String token, @Nullable Instant expiresAt) {}

    private final Tokens tokens;
    private final Permissions permissions;
    private final Apps apps;

    TokenController(Tokens tokens, Permissions permissions, Apps apps) {
        this.tokens = tokens;
        this.permissions = permissions;
        this.apps = apps;
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    MadeView create(@RequestAttribute(Apps.CALLER) UUID caller, @RequestAttribute(Grant.ATTRIBUTE) Grant grant, @RequestBody NewToken request) {
        var scopes = Scope.parse(request.scopes() == null ? null : String.join(" ", request.scopes()));
        UUID app = request.app() == null ? null : OwnApps.find(permissions, apps, caller, Action.LOOK_AT_APPS, request.app());
        var life = Duration.ofDays(request.expiresInDays() == null ? USUAL_DAYS : request.expiresInDays());
        var made = tokens.createFor(caller, request.name(), new Grant(scopes, app), life, grant);
        var token = tokens.of(caller, PageRequest.ALL).items().stream().filter(one -> one.id().equals(made.id())).findFirst().orElseThrow();
        return new MadeView(token.id(), token.name(), words(token), token.app(), made.secret(), token.expiresAt());
    }

    @GetMapping
    ResponseEntity<List<TokenView>> list(@RequestAttribute(Apps.CALLER) UUID caller,
            @RequestAttribute(name = Tokens.CURRENT, required = false) @Nullable UUID current, PageRequest wanted, HttpServletRequest http) {
        return tokens.of(caller, wanted).answer(token -> new TokenView(token.id(), token.name(), words(token), token.app(),
                token.id().equals(current), token.createdAt(), token.lastUsedAt(), token.expiresAt()), http);
    }

    private static List<String> words(Tokens.Token token) {
        return token.scopes().stream().sorted().map(Scope::word).toList();
    }

    /** All others: who logs out everywhere ends this one last. */
    @DeleteMapping
    SessionController.Ended revokeOthers(@RequestAttribute(Apps.CALLER) UUID caller,
            @RequestAttribute(name = Tokens.CURRENT, required = false) @Nullable UUID current) {
        return new SessionController.Ended(tokens.revokeAll(caller, current));
    }

    @DeleteMapping("/{token}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@RequestAttribute(Apps.CALLER) UUID caller, @PathVariable UUID token) {
        tokens.revoke(caller, token);
    }

    /** Logging out. */
    @DeleteMapping("/current")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revokeCurrent(@RequestAttribute(Apps.CALLER) UUID caller,
            @RequestAttribute(name = Tokens.CURRENT, required = false) @Nullable UUID current) {
        if (current == null) {
            throw new AccountException.NotFound("This call carries no token, but a browser's session.");
        }
        tokens.revoke(caller, current);
    }
}
