package co.caution.gateway;

import co.caution.account.Action;

/** Who may call a route. */
sealed interface Access {

    /** No token is asked for; {@code why} that is right. */
    record Anyone(String why) implements Access {}

    /** Whoever has the token in the server's home. */
    record Operator() implements Access {}

    /** The operator, and who has the token for metrics. */
    record Monitor() implements Access {}

    /** Anybody who is signed in: it is about themselves. */
    record Oneself() implements Access {}

    /** Whoever may do that in the organization that the request is about. */
    record Within(Action action, Subject subject) implements Access {}

    /** Everybody who is signed in sees the part of the answer that comes from where they may do that. */
    record Wherever(Action action) implements Access {}

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
