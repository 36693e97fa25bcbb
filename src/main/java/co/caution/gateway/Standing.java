package co.caution.gateway;

import co.caution.account.Accounts;
import co.caution.account.Action;
import co.caution.account.Permissions;
import co.caution.account.Sessions;
import co.caution.account.Tokens;
import co.caution.app.Apps;
import co.caution.words.Api;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.springframework.stereotype.Component;

/**
 * Whether a call that the {@link Gate} let in would be let in still: its token, session or key is there, and its caller may what it does.
 * Two looks by primary key each time, for those who ask every few seconds.
 */
@Component
final class Standing {

    private final Tokens tokens;
    private final Sessions sessions;
    private final Accounts accounts;
    private final Permissions permissions;

    Standing(Tokens tokens, Sessions sessions, Accounts accounts, Permissions permissions) {
        this.tokens = tokens;
        this.sessions = sessions;
        this.accounts = accounts;
        this.permissions = permissions;
    }

    /** For {@link Apps#STILL_PERMITTED}. */
    BooleanSupplier of(HttpServletRequest request, UUID caller, UUID organization, Action action) {
        BooleanSupplier carried = carried(request, caller);
        return () -> carried.getAsBoolean()
                && permissions.ask(List.of(caller), organization, action) instanceof Permissions.Answer.Allowed;
    }

    private BooleanSupplier carried(HttpServletRequest request, UUID caller) {
        if (request.getAttribute(Tokens.CURRENT) instanceof UUID token) {
            return () -> tokens.isGood(token);
        }
        if (request.getAttribute(SessionFilter.SESSION) instanceof UUID session) {
            return () -> sessions.isGood(session);
        }
        if (request.getAttribute(InMemoryApi.CALLER) instanceof Api.Caller by) {
            return () -> accounts.ownersOf(by.fingerprint()).stream().anyMatch(owner -> owner.id().equals(caller));
        }
        throw new IllegalStateException("what the call carries is not known, and yet the gate let it in");
    }
}
