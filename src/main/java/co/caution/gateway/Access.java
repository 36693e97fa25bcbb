package co.caution.gateway;

import co.caution.account.Action;
import co.caution.account.Scope;
import java.util.Set;

/** Who may call a route. */
sealed interface Access {

    /** No token is asked for; {@code why} that is right. */
    record Anyone(String why) implements Access {}

    /** Whoever has the token in the server's home. */
    record Operator() implements Access {}

    /** The operator, and who has the token for metrics. */
    record Monitor() implements Access {}

    /**
     * Anybody who is signed in: it is about themselves.
     *
     * @param scopes all that a token needs; none: any token will do, one that is bound to an app, too
     */
    record Oneself(Set<Scope> scopes) implements Access {}

    /** Whoever may do that in the organization that the request is about. */
    record Within(Action action, Subject subject) implements Access {}

    /** Everybody who is signed in sees the part of the answer that comes from where they may do that. */
    record Wherever(Action action) implements Access {}

    /** What a token needs for it; empty where no scope is asked for. */
    default Set<Scope> scopes() {
        return switch (this) {
            case Oneself oneself -> oneself.scopes();
            case Within within -> Set.of(within.action().scope());
            case Wherever wherever -> Set.of(wherever.action().scope());
            case Anyone _, Operator _, Monitor _ -> Set.of();
        };
    }

    /** Whether a token that is bound to an app has any business there. */
    default boolean takesBound() {
        return switch (this) {
            case Oneself oneself -> oneself.scopes().isEmpty();
            case Within within -> within.subject() == Subject.APP;
            case Wherever _, Anyone _, Operator _, Monitor _ -> true;
        };
    }

    /** How a request says which organization it is about. */
    enum Subject {
        /** That of the app {@code {app}}. */
        APP,
        /** The one named {@code {organization}}. */
        ORGANIZATION,
        /** The one that the parameter {@code organization} names; without it, the caller's own. */
        PARAMETER
    }
}
