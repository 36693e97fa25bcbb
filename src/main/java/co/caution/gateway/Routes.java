package co.caution.gateway;

import co.caution.account.Action;
import co.caution.account.Scope;
import co.caution.gateway.Access.Anyone;
import co.caution.gateway.Access.Monitor;
import co.caution.gateway.Access.Oneself;
import co.caution.gateway.Access.Operator;
import co.caution.gateway.Access.Subject;
import co.caution.gateway.Access.Wherever;
import co.caution.gateway.Access.Within;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.HttpMethod;

/** Every route and who may call it. What is not here is not served; {@code docs/reference/permissions.md} is made from it. */
final class Routes {

    /** Whether a call must prove afresh that it is its account's owner who makes it: a token or a session can be stolen. */
    enum Proof {
        NONE, FRESH,
        /** Fresh, but for the first passkey of somebody whom a link brought here a moment ago. */
        FRESH_BUT_FOR_THE_FIRST
    }

    /** @param pattern as the handler is mapped */
    record Route(HttpMethod method, String pattern, Access access, Proof proof) {}

    private static final Access VERIFYING = new Anyone("verifying is for everybody");
    private static final Access ENTERING = new Anyone("it is the way in");

    /** Any token may ask who it is, and end itself. */
    private static final Access ITSELF = new Oneself(Set.of());
    private static final Access LOOK = new Oneself(Set.of(Scope.READ));
    private static final Access CHANGE = new Oneself(Set.of(Scope.MANAGE));
    /** What makes another way in, which may everything: so must whatever asks for it. */
    private static final Access GIVE = new Oneself(Scope.ALL);

    private static final Access PAGE = new Anyone("it holds nobody's data");

    static final List<Route> ALL = List.of(
            get("/health", new Anyone("it says nothing but whether the service works")),
            get("/health/live", new Anyone("likewise")),
            get("/health/ready", new Anyone("likewise")),
            get("/metrics", new Monitor()),
            get("/api/openapi.json", new Anyone("it describes the program, not what it holds")),
            get("/.well-known/caution/enclaveos/{digest}/{file}", VERIFYING),
            get("/.well-known/caution/files/{sha256}", VERIFYING),
            post("/api/apps/{app}/attestation", VERIFYING),
            get("/api/trust-root", ITSELF),
            post("/api/login/challenge", ENTERING),
            post("/api/login", ENTERING),
            post("/api/admin/users", new Operator()),
            get("/api/admin/backup", new Operator()),
            get("/api/status", LOOK),
            get("/api/admin/audit", new Operator()),
            get("/api/admin/audit/export", new Operator()),
            get("/api/admin/audit/head", new Operator()),
            post("/api/proofs", CHANGE),
            get("/api/account", ITSELF),
            get("/api/account/ssh-keys", LOOK),
            proven(post("/api/account/ssh-keys", GIVE)),
            proven(delete("/api/account/ssh-keys/{key}", CHANGE)),
            get("/api/account/tokens", LOOK),
            proven(post("/api/account/tokens", CHANGE)),
            delete("/api/account/tokens", CHANGE),
            delete("/api/account/tokens/{token}", CHANGE),
            delete("/api/account/tokens/current", ITSELF),
            post("/api/device/authorization", ENTERING),
            post("/api/device/token", ENTERING),
            post("/api/device/look", GIVE),
            post("/api/device/options", GIVE),
            post("/api/device/allow", GIVE),
            post("/api/device/deny", GIVE),
            get("/", PAGE),
            get("/device", PAGE),
            get("/account", PAGE),
            get("/join", PAGE),
            get("/ui/{file}", PAGE),
            post("/api/passkeys/login/options", ENTERING),
            post("/api/passkeys/login", ENTERING),
            post("/api/invitations/passkey/options", ENTERING),
            post("/api/invitations/passkey", ENTERING),
            get("/api/passkeys", LOOK),
            get("/api/passkeys/{passkey}", LOOK),
            post("/api/passkeys/options", GIVE),
            new Route(HttpMethod.POST, "/api/passkeys", GIVE, Proof.FRESH_BUT_FOR_THE_FIRST),
            patch("/api/passkeys/{passkey}", CHANGE),
            proven(delete("/api/passkeys/{passkey}", CHANGE)),
            proven(post("/api/account/browser-link", GIVE)),
            get("/api/sessions", LOOK),
            post("/api/sessions", GIVE),
            delete("/api/sessions", CHANGE),
            delete("/api/sessions/{session}", CHANGE),
            delete("/api/sessions/current", ITSELF),
            get("/api/organizations", LOOK),
            post("/api/organizations", CHANGE),
            proven(delete("/api/organizations/{organization}/membership", organization(Action.LEAVE))),
            get("/api/organizations/{organization}/members", organization(Action.LOOK_AT_MEMBERS)),
            get("/api/organizations/{organization}/members/{member}", organization(Action.LOOK_AT_MEMBERS)),
            proven(patch("/api/organizations/{organization}/members/{member}", organization(Action.CHANGE_MEMBER))),
            proven(delete("/api/organizations/{organization}/members/{member}", organization(Action.REMOVE_MEMBER))),
            get("/api/organizations/{organization}/invitations", organization(Action.LOOK_AT_INVITATIONS)),
            proven(post("/api/organizations/{organization}/invitations", organization(Action.INVITE))),
            delete("/api/organizations/{organization}/invitations/{invitation}", organization(Action.INVITE)),
            get("/api/organizations/{organization}/audit", organization(Action.LOOK_AT_AUDIT)),
            get("/api/organizations/{organization}/audit/export", organization(Action.LOOK_AT_AUDIT)),
            get("/api/organizations/{organization}/cloud-accounts", organization(Action.LOOK_AT_CLOUD_ACCOUNTS)),
            proven(post("/api/organizations/{organization}/cloud-accounts", organization(Action.CONNECT_CLOUD_ACCOUNT))),
            post("/api/organizations/{organization}/cloud-accounts/{account}/check", organization(Action.CHECK_CLOUD_ACCOUNT)),
            proven(delete("/api/organizations/{organization}/cloud-accounts/{account}", organization(Action.CONNECT_CLOUD_ACCOUNT))),
            post("/api/invitations/look", ENTERING),
            post("/api/invitations/enter", ENTERING),
            post("/api/invitations/accept", CHANGE),
            post("/api/admin/owner", new Operator()),
            post("/api/apps", new Within(Action.CREATE_APP, Subject.PARAMETER)),
            get("/api/apps", new Wherever(Action.LOOK_AT_APPS)),
            get("/api/apps/{app}", app(Action.LOOK_AT_APPS)),
            patch("/api/apps/{app}", app(Action.CHANGE_APP)),
            proven(delete("/api/apps/{app}", app(Action.DESTROY_APP))),
            get("/api/apps/{app}/builds", app(Action.LOOK_AT_APPS)),
            get("/api/apps/{app}/builds/{build}", app(Action.LOOK_AT_APPS)),
            get("/api/apps/{app}/builds/{build}/output", app(Action.LOOK_AT_APPS)),
            get("/api/apps/{app}/builds/{build}/events", app(Action.LOOK_AT_APPS)),
            get("/api/apps/{app}/releases", app(Action.LOOK_AT_APPS)),
            get("/api/apps/{app}/releases/{number}", app(Action.LOOK_AT_APPS)),
            get("/api/apps/{app}/releases/{number}/manifest", app(Action.LOOK_AT_APPS)),
            get("/api/apps/{app}/deployments", app(Action.LOOK_AT_APPS)),
            post("/api/apps/{app}/deployments", app(Action.DEPLOY)),
            get("/api/apps/{app}/deployments/{deployment}", app(Action.LOOK_AT_APPS)),
            get("/api/apps/{app}/releases/{number}/eif", app(Action.FETCH_SOURCE)),
            post("/api/apps/{app}/builds/{build}/cancel", app(Action.CANCEL_BUILD)));

    private Routes() {}

    static Optional<Route> find(String method, String pattern) {
        return ALL.stream().filter(route -> route.method().matches(method) && route.pattern().equals(pattern)).findFirst();
    }

    /** What whoever stole a token must not be able to do: it is for handlers that add or remove keys, people, tokens, and for the end of an app. */
    private static Route proven(Route route) {
        return new Route(route.method(), route.pattern(), route.access(), Proof.FRESH);
    }

    private static Access app(Action action) {
        return new Within(action, Subject.APP);
    }

    private static Access organization(Action action) {
        return new Within(action, Subject.ORGANIZATION);
    }

    private static Route get(String pattern, Access access) {
        return new Route(HttpMethod.GET, pattern, access, Proof.NONE);
    }

    private static Route post(String pattern, Access access) {
        return new Route(HttpMethod.POST, pattern, access, Proof.NONE);
    }

    private static Route patch(String pattern, Access access) {
        return new Route(HttpMethod.PATCH, pattern, access, Proof.NONE);
    }

    private static Route delete(String pattern, Access access) {
        return new Route(HttpMethod.DELETE, pattern, access, Proof.NONE);
    }
}
