package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.TestService;
import co.caution.account.Account;
import co.caution.account.Accounts;
import co.caution.account.Action;
import co.caution.account.Grant;
import co.caution.account.Organizations;
import co.caution.account.Role;
import co.caution.account.Scope;
import co.caution.account.Tokens;
import co.caution.app.App;
import co.caution.app.AppException;
import co.caution.app.Apps;
import co.caution.gateway.Access.Subject;
import co.caution.gateway.Access.Within;
import co.caution.gateway.Routes.Route;
import co.caution.git.GitClient;
import co.caution.paging.PageRequest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
import tools.jackson.databind.json.JsonMapper;

/** Every route and git command, as every role, in one's own organization and in another. */
class PermissionWalkIT {

    private static final JsonMapper JSON = new JsonMapper();

    private static TestService service;
    private static UUID organization;
    private static final Map<Role, Account> PEOPLE = new EnumMap<>(Role.class);
    private static final Map<Role, String> TOKENS = new EnumMap<>(Role.class);
    private static Account stranger;
    private static String strangersToken;

    @BeforeAll
    static void anOrganizationWithEveryRoleAndSomebodyElse() throws IOException {
        service = TestService.shared();
        organization = service.organization("acme");
        for (Role role : Role.values()) {
            Account person = service.person("walk-" + role.word());
            service.join(organization, person, role);
            PEOPLE.put(role, person);
            TOKENS.put(role, service.token(person));
        }
        stranger = service.person("stranger");
        strangersToken = service.token(stranger);
    }

    @Test
    void everyRouteHasOneLineInTheTableAndEveryLineARoute() {
        Set<String> served = new TreeSet<>();
        service.context().getBeansOfType(RequestMappingInfoHandlerMapping.class).values()
                .forEach(mapping -> mapping.getHandlerMethods().forEach((info, handler) -> {
                    if (handler.getBeanType() != ErrorPage.class) {
                        served.addAll(names(info));
                    }
                }));
        // Of the checks of health, one mapping to the framework, two are for everybody.
        assertThat(served.remove("GET /health/**")).isTrue();
        served.addAll(List.of("GET /health/live", "GET /health/ready"));
        List<String> listed = Routes.ALL.stream().map(PermissionWalkIT::name).toList();

        assertThat(new TreeSet<>(listed)).hasSameSizeAs(listed).isEqualTo(served);
    }

    private static List<String> names(RequestMappingInfo info) {
        var methods = info.getMethodsCondition().getMethods();
        assertThat(methods).as("%s names its method", info).isNotEmpty();
        return methods.stream().flatMap(method -> info.getPatternValues().stream().map(pattern -> method + " " + pattern)).toList();
    }

    private static String name(Route route) {
        return route.method() + " " + route.pattern();
    }

    @Test
    void everyRoleMayWhatTheTableSaysAndNothingElse() throws Exception {
        var wrong = new ArrayList<String>();
        for (Route route : Routes.ALL) {
            if (route.access() instanceof Within within) {
                for (Role role : Role.values()) {
                    service.join(organization, PEOPLE.get(role), role); // the last call may have been to leave
                    var answer = call(route, within, TOKENS.get(role));
                    // Proof is asked for behind the gate, of whoever may.
                    boolean proof = answer.statusCode() == 403 && "proof_required".equals(JSON.readTree(answer.body()).path("code").asString(""));
                    boolean permitted = proof || answer.statusCode() != 401 && answer.statusCode() != 403 && !hidden(answer, within);
                    if (permitted && proof != (route.proof() != Routes.Proof.NONE)) {
                        wrong.add(name(route) + " as " + role + " does " + (proof ? "" : "not ") + "ask for proof");
                    }
                    if (permitted != role.atLeast(within.action().least())
                            || !permitted && answer.statusCode() != 403) {
                        wrong.add(name(route) + " as " + role + ": " + answer.statusCode() + " " + answer.body());
                    }
                    assertThat(answer.statusCode()).as(name(route)).isLessThan(500);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void anotherOrganizationsThingsAnswerExactlyLikeThingsThatAreNot() throws Exception {
        for (Route route : Routes.ALL) {
            if (route.access() instanceof Within within) {
                var there = call(route, within, strangersToken);
                var nowhere = send(route, within, strangersToken, UUID.randomUUID(), "nobodys");

                assertThat(there.statusCode()).as(name(route)).isEqualTo(404);
                assertThat(said(there)).as(name(route)).isEqualTo(said(nowhere));
                assertThat(headers(there)).as(name(route)).isEqualTo(headers(nowhere));
            }
        }
    }

    /** The ids and names that the asker gave are all that may differ. */
    private static String said(HttpResponse<String> answer) {
        return answer.statusCode() + answer.body()
                .replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID").replaceAll("\\b(acme|nobodys)\\b", "NAME");
    }

    private static Map<String, List<String>> headers(HttpResponse<String> answer) {
        var headers = new java.util.TreeMap<>(answer.headers().map());
        headers.keySet().removeAll(Set.of("date", "x-request-id", "content-length", "connection")); // closed after a hundred requests
        return headers;
    }

    /** Every route, with a token of each scope alone and of all, for all apps, for the app in question and for another one. */
    @Test
    void everyTokenMayWhatItsScopesAndItsAppSayAndNothingElse() throws Exception {
        App own = service.bean(Apps.class).create(organization, "bound");
        App other = service.bean(Apps.class).create(organization, "unbound");
        Account owner = PEOPLE.get(Role.OWNER);
        var wrong = new ArrayList<String>();
        for (Set<Scope> scopes : List.of(Set.of(Scope.READ), Set.of(Scope.DEPLOY), Set.of(Scope.MANAGE), Scope.ALL)) {
            for (UUID bound : new UUID[] {null, own.id(), other.id()}) {
                for (Route route : Routes.ALL) {
                    Access access = route.access();
                    if (access instanceof Access.Anyone || access instanceof Access.Operator || access instanceof Access.Monitor
                            || access instanceof Within within && within.action() == Action.LEAVE) { // the owner stays; the rest of this walk is theirs
                        continue;
                    }
                    boolean aboutTheApp = access instanceof Within within && within.subject() == Subject.APP;
                    UUID app = aboutTheApp && route.method() == HttpMethod.DELETE ? destroyed() : own.id();
                    UUID to = own.id().equals(bound) ? app : bound;
                    var token = service.bean(Tokens.class).createFor(owner.id(), "walk", new Grant(scopes, to), Duration.ofDays(1), Grant.ALL);
                    var answer = send(route, access instanceof Within within ? within : null, token.secret(), app, "acme");
                    service.bean(Tokens.class).revokeAll(owner.id(), null);

                    String said = name(route) + " with " + scopes + (bound == null ? "" : bound.equals(own.id()) ? " of it" : " of another")
                            + ": " + answer.statusCode() + " " + answer.body();
                    assertThat(answer.statusCode()).as(said).isLessThan(500);
                    boolean scopeNamed = answer.statusCode() == 403 && answer.body().contains("it lacks the scope ");
                    boolean foreign = answer.statusCode() == 403 && answer.body().contains("This token is for one app");
                    boolean hidden = answer.statusCode() == 404 && aboutTheApp && answer.body().contains("App '" + app + "' not found");
                    String expected = !scopes.containsAll(access.scopes()) ? "a scope" : bound != null && !access.takesBound() ? "no app"
                            : bound != null && aboutTheApp && !to.equals(app) ? "hidden" : "let in";
                    String found = scopeNamed ? "a scope" : foreign ? "no app" : hidden ? "hidden"
                            : answer.statusCode() == 401 ? "unknown" : "let in";
                    if (!expected.equals(found)) {
                        wrong.add("expected " + expected + ", found " + found + ": " + said);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        // Nobody's token is revived by these calls.
        TOKENS.put(Role.OWNER, service.token(owner));
    }

    /** One that is there until the next call. */
    private static UUID destroyed() {
        return service.bean(Apps.class).create(organization, "short-" + UUID.randomUUID().toString().substring(0, 8)).id();
    }

    @Test
    void aTokenOfOneAppListsThatAppAlone() throws Exception {
        App own = service.bean(Apps.class).create(organization, "only");
        service.bean(Apps.class).create(organization, "not-only");
        var token = service.bean(Tokens.class).createFor(PEOPLE.get(Role.MEMBER).id(), "ci", new Grant(Set.of(Scope.READ), own.id()),
                Duration.ofDays(1), Grant.ALL);
        assertThat(service.call("GET", "/api/apps", token.secret(), null).body()).contains("\"only\"").doesNotContain("not-only");
        assertThat(service.call("GET", "/api/account", token.secret(), null).body()).contains("\"scopes\":[\"read\"]", own.id().toString());
        service.bean(Apps.class).destroy(organization, own.id(), () -> {});
        assertThat(service.call("GET", "/api/account", token.secret(), null).statusCode()).as("it ends with its app").isEqualTo(401);
    }

    @Test
    void aKeyOfOneAppPushesToThatAndDoesNothingElse() throws Exception {
        App own = service.bean(Apps.class).create(organization, "pushed-by-ci");
        App other = service.bean(Apps.class).create(organization, "not-pushed-by-ci");
        Account member = service.person("walk-ci");
        service.join(organization, member, Role.MEMBER);
        var accounts = service.bean(Accounts.class);
        try (var client = new GitClient(service.sshPort)) {
            assertThat(accounts.addSshKey(member.id(), client.key(), own.id())).isTrue();
            assertThat(client.run("git-receive-pack '/" + own.id() + ".git'").out()).contains("0000");
            assertThat(client.run("git-receive-pack '/" + other.id() + ".git'").err()).contains("not found");
            assertThat(client.run("git-upload-pack '/" + own.id() + ".git'").err()).contains("this key pushes to its app and does nothing else");
            assertThat(client.run("git-upload-pack '/" + other.id() + ".git'").err()).contains("not found");
            assertThat(accounts.byKey(client.key().fingerprint())).as("it acts for nobody").isEmpty();
            assertThatThrownBy(() -> accounts.addSshKey(member.id(), client.key())).hasMessageContaining("already, for the app pushed-by-ci");

            service.join(organization, member, Role.VIEWER);
            assertThat(client.run("git-receive-pack '/" + own.id() + ".git'").err()).contains("You are viewer there");
            service.join(organization, member, Role.MEMBER);
            service.bean(Organizations.class).remove(organization, PEOPLE.get(Role.OWNER).id(), "walk-ci");
            service.join(organization, member, Role.MEMBER);
            assertThatThrownBy(() -> client.run("git-receive-pack '/" + own.id() + ".git'")).as("removed with its owner, for good")
                    .hasMessageContaining("authentication");
        }
    }

    /** In turns, so that a busy machine is as busy for both. */
    @Test
    void norIsItTheTimeThatTells() throws Exception {
        App app = service.bean(Apps.class).create(organization, "timed");
        int rounds = 150;
        var there = new long[rounds];
        var nowhere = new long[rounds];
        for (int i = -30; i < rounds; i++) {
            long start = System.nanoTime();
            service.call("GET", "/api/apps/" + app.id(), strangersToken, null);
            long middle = System.nanoTime();
            service.call("GET", "/api/apps/" + UUID.randomUUID(), strangersToken, null);
            if (i >= 0) {
                there[i] = middle - start;
                nowhere[i] = System.nanoTime() - middle;
            }
        }
        Arrays.sort(there);
        Arrays.sort(nowhere);
        assertThat((double) there[rounds / 2] / nowhere[rounds / 2]).isBetween(0.5, 2.0);
    }

    @Test
    void withoutATokenNothingButWhatIsForEverybodyIsAnswered() throws Exception {
        for (Route route : Routes.ALL) {
            if (route.access() instanceof Access.Anyone) {
                continue;
            }
            for (String token : new String[] {null, "caution_wrong"}) {
                var answer = send(route, null, token, UUID.randomUUID(), "acme");
                assertThat(answer.statusCode()).as(name(route)).isEqualTo(401);
            }
            if (route.access() instanceof Access.Operator || route.access() instanceof Access.Monitor) {
                assertThat(send(route, null, TOKENS.get(Role.OWNER), UUID.randomUUID(), "acme").statusCode()).as(name(route)).isEqualTo(403);
            }
        }
        assertThat(service.call("GET", "/api/nothing", null, null).statusCode()).isEqualTo(401);
    }

    /** It is answered by the same handlers, without the body. */
    @Test
    void askingForTheHeadTakesWhatAskingForTheWholeTakes() throws Exception {
        for (Route route : Routes.ALL) {
            if (route.method() == HttpMethod.GET && !(route.access() instanceof Access.Anyone)) {
                var head = new Route(HttpMethod.HEAD, route.pattern(), route.access(), route.proof());
                assertThat(send(head, null, null, UUID.randomUUID(), "acme").statusCode()).as(name(head)).isEqualTo(401);
                if (route.access() instanceof Access.Operator || route.access() instanceof Access.Monitor) {
                    assertThat(send(head, null, TOKENS.get(Role.OWNER), UUID.randomUUID(), "acme").statusCode()).as(name(head)).isEqualTo(403);
                }
            }
        }
        assertThat(service.call("HEAD", "/health/live", null, null).statusCode()).isEqualTo(200);
    }

    @Test
    void appsAreListedWhereverOneIsAMemberAndNowhereElse() throws Exception {
        App app = service.bean(Apps.class).create(organization, "listed");
        for (Role role : Role.values()) {
            assertThat(service.call("GET", "/api/apps", TOKENS.get(role), null).body())
                    .contains(app.id().toString(), "\"organization\":\"acme\"");
        }
        assertThat(service.call("GET", "/api/apps", strangersToken, null).body()).isEqualTo("[]");
    }

    @Test
    void everyRoleMayOfGitWhatTheTableSays() throws Exception {
        App app = service.bean(Apps.class).create(organization, "pushed");
        Map<String, Action> commands = Map.of("git-receive-pack", Action.DEPLOY, "git-upload-pack", Action.FETCH_SOURCE);
        for (Role role : Role.values()) {
            try (var client = new GitClient(service.sshPort)) {
                service.bean(Accounts.class).addSshKey(PEOPLE.get(role).id(), client.key());
                for (var command : commands.entrySet()) {
                    var said = client.run(command.getKey() + " '/" + app.id() + ".git'");
                    if (role.atLeast(command.getValue().least())) {
                        assertThat(said.out()).as("%s as %s: %s", command, role, said).contains("0000");
                        assertThat(said.err()).isEmpty();
                    } else {
                        assertThat(said.out()).isEmpty();
                        assertThat(said.err()).startsWith("fatal: You are " + role.word() + " there; it takes member or more to push");
                        assertThat(said.exit()).isEqualTo(1);
                    }
                }
            }
        }
        try (var client = new GitClient(service.sshPort)) {
            service.bean(Accounts.class).addSshKey(stranger.id(), client.key());
            for (String command : commands.keySet()) {
                for (UUID id : List.of(app.id(), UUID.randomUUID())) {
                    var said = client.run(command + " '/" + id + ".git'");
                    assertThat(said.out()).isEmpty();
                    assertThat(said.err()).isEqualTo("fatal: " + new AppException.NotFound(id.toString()).getMessage() + "\n");
                    assertThat(said.exit()).isEqualTo(1);
                }
            }
        }
    }

    /** An app of the organization's, made anew where the last call removed it. */
    private HttpResponse<String> call(Route route, Within within, String token) throws Exception {
        UUID app = within.subject() != Subject.APP ? UUID.randomUUID() : service.bean(Apps.class).list(Set.of(organization), PageRequest.ALL).items().stream()
                .map(found -> found.app())
                .filter(found -> found.name().equals("walked"))
                .findFirst()
                .orElseGet(() -> service.bean(Apps.class).create(organization, "walked"))
                .id();
        return send(route, within, token, app, "acme");
    }

    private static HttpResponse<String> send(Route route, @Nullable Within within, @Nullable String token, UUID app, String name)
            throws Exception {
        String path = route.pattern().replace("{app}", app.toString()).replace("{organization}", name)
                .replaceAll("\\{[^}]*}", UUID.randomUUID().toString());
        if (within != null && within.subject() == Subject.PARAMETER) {
            path += "?organization=" + name;
        }
        boolean body = route.method() == HttpMethod.POST || route.method() == HttpMethod.PATCH;
        return service.call(route.method().name(), path, token, body ? "{}" : null);
    }

    private static boolean hidden(HttpResponse<String> answer, Within within) {
        String detail = answer.statusCode() != 404 ? "" : JSON.readTree(answer.body()).path("detail").asString("");
        return detail.matches(within.subject() == Subject.APP ? "App '.*' not found.*" : "There is no organization .*");
    }
}
