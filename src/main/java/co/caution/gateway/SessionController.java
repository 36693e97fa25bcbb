package co.caution.gateway;

import co.caution.account.AccountException;
import co.caution.account.Accounts;
import co.caution.account.BrowserLinks;
import co.caution.account.Sessions;
import co.caution.account.Tokens;
import co.caution.account.WayIn;
import co.caution.app.Apps;
import co.caution.app.PlatformSettings;
import co.caution.paging.PageRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Browsers that are signed in, and the way there for somebody who has only an SSH key as yet. */
@RestController
class SessionController {

    /** @param current whether this very call carries it */
    record SessionView(UUID id, String name, boolean current, Instant createdAt, Instant lastUsedAt, Instant expiresAt) {}

    /** @param link shown this once */
    record BrowserLink(String link, Instant expiresAt) {}

    /** @param ended how many */
    record Ended(int ended) {}

    private final Sessions sessions;
    private final Accounts accounts;
    private final Tokens tokens;
    private final BrowserLinks links;
    private final SessionCookie cookie;
    private final PlatformSettings settings;
    private final Clock clock;

    SessionController(Sessions sessions, Accounts accounts, Tokens tokens, BrowserLinks links, SessionCookie cookie, PlatformSettings settings,
            Clock clock) {
        this.sessions = sessions;
        this.accounts = accounts;
        this.tokens = tokens;
        this.links = links;
        this.cookie = cookie;
        this.settings = settings;
        this.clock = clock;
    }

    @GetMapping("/api/sessions")
    ResponseEntity<List<SessionView>> list(@RequestAttribute(Apps.CALLER) UUID caller,
            @RequestAttribute(name = SessionFilter.SESSION, required = false) @Nullable UUID current, PageRequest wanted,
            HttpServletRequest http) {
        return sessions.of(caller, wanted).answer(session -> new SessionView(session.id(), session.name(), session.id().equals(current),
                session.createdAt(), session.lastUsedAt(), session.expiresAt()), http);
    }

    /** A token of ten minutes in a link, for {@link #exchange}. */
    @PostMapping("/api/account/browser-link")
    @ResponseStatus(HttpStatus.CREATED)
    BrowserLink link(@RequestAttribute(Apps.CALLER) UUID caller,
            @RequestAttribute(name = Tokens.CURRENT, required = false) @Nullable UUID token,
            @RequestAttribute(name = SessionFilter.SESSION, required = false) @Nullable UUID current) {
        var end = clock.instant().plus(BrowserLinks.LIFE);
        return new BrowserLink(settings.publicUrl() + "/#" + links.make(caller, token, current, end), end);
    }

    /** Gives a token away for a session: the token ends, so that a link in a browser's history opens nothing. */
    @PostMapping("/api/sessions")
    @ResponseStatus(HttpStatus.CREATED)
    @Transactional
    public PasskeyController.SignedIn exchange(@RequestAttribute(Apps.CALLER) UUID caller,
            @RequestAttribute(name = Tokens.CURRENT, required = false) @Nullable UUID token, HttpServletRequest http, HttpServletResponse response) {
        if (token == null) {
            throw new AccountException.Conflict("This browser is signed in already.");
        }
        accounts.lock(caller); // first, as whoever ends a way in and all that it brought does
        WayIn by = tokens.wayIn(token);
        boolean link = links.isOne(token);
        // A link is made with proof, to become a session; no other token lives longer by becoming one.
        var end = link ? Instant.MAX : tokens.end(token);
        tokens.revoke(caller, token);
        var begun = sessions.begin(caller, BrowserName.of(http), by, end);
        if (link) {
            links.followed(begun.cookie());
        }
        cookie.set(response, begun.cookie());
        return new PasskeyController.SignedIn(accounts.account(caller).name(), begun.page());
    }

    /** All others: who signs out everywhere ends this one last. */
    @DeleteMapping("/api/sessions")
    Ended endOthers(@RequestAttribute(Apps.CALLER) UUID caller,
            @RequestAttribute(name = SessionFilter.SESSION, required = false) @Nullable UUID current) {
        return new Ended(sessions.endAll(caller, current));
    }

    @DeleteMapping("/api/sessions/{session}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void end(@RequestAttribute(Apps.CALLER) UUID caller, @PathVariable UUID session) {
        sessions.end(caller, session);
    }

    /** Signing out. */
    @DeleteMapping("/api/sessions/current")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void endCurrent(@RequestAttribute(Apps.CALLER) UUID caller,
            @RequestAttribute(name = SessionFilter.SESSION, required = false) @Nullable UUID current, HttpServletResponse response) {
        if (current == null) {
            throw new AccountException.NotFound("This call carries a token, not a browser's session.");
        }
        sessions.end(caller, current);
        cookie.clear(response);
    }
}
