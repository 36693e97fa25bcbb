package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.ApiContract;
import co.caution.Meanwhile;
import co.caution.TestKey;
import co.caution.TestService;
import co.caution.account.Account;
import co.caution.account.Accounts;
import co.caution.account.Invitations;
import co.caution.account.ProofMessage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Passkeys over plain HTTP, with an authenticator that can do everything wrong. */
class PasskeyIT {

    private static final JsonMapper JSON = new JsonMapper();
    @TempDir
    static Path directory;

    private static TestService service;
    private static HttpClient http;
    private static int people;

    @BeforeAll
    static void start() throws IOException {
        service = TestService.shared();
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        http.close();
    }

    /** Somebody at a browser. */
    static final class Browser {
        @Nullable String cookie;
        /** What the page keeps. */
        @Nullable String page;
        @Nullable String origin = service.url();
        String setCookie = "";
        /** What shows, as the pages' script has it, that a call is theirs. */
        @Nullable SoftAuthenticator proves;

        HttpResponse<String> send(String method, String path, @Nullable Object body) throws Exception {
            var answer = send(method, path, body, null);
            boolean asks = answer.statusCode() == 403 && JSON.readTree(answer.body()).path("code").asString("").equals("proof_required");
            return asks && proves != null ? send(method, path, body, proof(proves, method, path, body)) : answer;
        }

        String proof(SoftAuthenticator authenticator, String method, String path, @Nullable Object body) throws Exception {
            JsonNode asked = asked(method, path, body);
            return asked.path("id").asString() + " " + SoftAuthenticator.base64(JSON.writeValueAsBytes(authenticator.get(asked.path("options"))));
        }

        JsonNode asked(String method, String path, @Nullable Object body) throws Exception {
            return json("POST", "/api/proofs", Map.of("origin", service.url(), "method", method, "path", path, "body_sha256",
                    ProofMessage.hash(body == null ? new byte[0] : JSON.writeValueAsBytes(body))));
        }

        HttpResponse<String> send(String method, String path, @Nullable Object body, @Nullable String proof) throws IOException, InterruptedException {
            // The limit of open logins by address is not what is tested here.
            service.bean(JdbcClient.class).sql("update passkey_challenge set address = id::text").update();
            var request = HttpRequest.newBuilder(URI.create(service.url() + path))
                    .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(JSON.writeValueAsString(body)))
                    .header("Content-Type", "application/json");
            if (cookie != null) {
                request.header("Cookie", cookie);
            }
            if (page != null) {
                request.header(SessionFilter.PAGE, page);
            }
            if (origin != null) {
                request.header("Origin", origin);
            }
            if (proof != null) {
                request.header("Caution-Proof", proof);
            }
            var answer = http.send(request.build(), BodyHandlers.ofString());
            ApiContract.check(method, path, answer);
            answer.headers().firstValue("set-cookie").ifPresent(set -> {
                setCookie = set;
                cookie = set.substring(0, set.indexOf(';'));
                page = answer.body().isEmpty() ? null : JSON.readTree(answer.body()).path("session").asString(null);
            });
            return answer;
        }

        JsonNode json(String method, String path, @Nullable Object body) throws Exception {
            var answer = send(method, path, body);
            assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
            return JSON.readTree(answer.body());
        }
    }

    static SoftAuthenticator authenticator() throws Exception {
        return new SoftAuthenticator(service.url(), "localhost");
    }

    /** Comes in by an invitation, with a passkey. */
    static HttpResponse<String> enter(Browser browser, SoftAuthenticator authenticator, String name) throws Exception {
        String invitation = service.bean(Invitations.class).firstOwner().secret();
        browser.proves = authenticator;
        JsonNode asked = browser.json("POST", "/api/invitations/passkey/options", Map.of("invitation", invitation, "name", name));
        return browser.send("POST", "/api/invitations/passkey", Map.of("invitation", invitation, "id", asked.path("id").asString(),
                "credential", authenticator.create(asked.path("options")), "name", "test"));
    }

    static HttpResponse<String> login(Browser browser, SoftAuthenticator authenticator) throws Exception {
        JsonNode asked = browser.json("POST", "/api/passkeys/login/options", null);
        return answer(browser, authenticator, asked);
    }

    private static HttpResponse<String> answer(Browser browser, SoftAuthenticator authenticator, JsonNode asked) throws Exception {
        return browser.send("POST", "/api/passkeys/login",
                Map.of("id", asked.path("id").asString(), "credential", authenticator.get(asked.path("options"))));
    }

    private static String name() {
        return "keyed-" + people++;
    }

    @Test
    void aPasskeyBringsItsOwnerInAndTheCookieIsWhatItShouldBe() throws Exception {
        var authenticator = authenticator();
        String name = name();
        assertThat(enter(new Browser(), authenticator, name).statusCode()).isEqualTo(201);

        var browser = new Browser();
        JsonNode asked = browser.json("POST", "/api/passkeys/login/options", null);
        assertThat(asked.at("/options/userVerification").asString()).isEqualTo("required");
        assertThat(asked.at("/options/rpId").asString()).isEqualTo("localhost");
        assertThat(asked.at("/options/allowCredentials")).isEmpty();
        var in = answer(browser, authenticator, asked);

        assertThat(in.statusCode()).as(in.body()).isEqualTo(200);
        assertThat(browser.setCookie).startsWith("caution-localhost=").contains("HttpOnly", "SameSite=Strict", "Path=/").doesNotContain("Domain");
        assertThat(browser.json("GET", "/api/account", null).path("name").asString()).isEqualTo(name);
        assertThat(service.bean(JdbcClient.class).sql("select count(*) from session s where s::text like '%' || :secret || '%'")
                .param("secret", browser.cookie.substring(browser.cookie.indexOf('=') + 1)).query(Integer.class).single()).isZero();
    }

    /** Each is refused in the same words, and its challenge is used up. */
    @Test
    void whateverIsWrongWithALoginItIsRefusedInTheSameWords() throws Exception {
        var authenticator = authenticator();
        enter(new Browser(), authenticator, name());
        var other = authenticator();
        enter(new Browser(), other, name());
        var stranger = authenticator();
        stranger.handle = authenticator.handle;
        Map<String, Consumer<SoftAuthenticator>> wrongs = new HashMap<>(Map.of(
                "another origin", a -> a.origin = "https://evil.example",
                "another port", a -> a.origin = "http://localhost:1",
                "another relying party", a -> a.party = "evil.example",
                "a user that was not verified", a -> a.verifiesUser = false,
                "a counter that goes back", a -> a.counter = 0,
                "another user's handle", a -> a.handle = other.handle,
                "no handle", a -> a.handle = new byte[0]));
        for (int i = 0; i < 3; i++) {
            assertThat(login(new Browser(), authenticator).statusCode()).isEqualTo(200);
        }
        var words = new HashMap<String, String>();
        for (var wrong : wrongs.entrySet()) {
            byte[] handle = authenticator.handle;
            long counter = authenticator.counter;
            wrong.getValue().accept(authenticator);
            var answer = login(new Browser(), authenticator);
            words.put(wrong.getKey(), answer.statusCode() + detail(answer));
            authenticator.origin = service.url();
            authenticator.party = "localhost";
            authenticator.verifiesUser = true;
            authenticator.handle = handle;
            authenticator.counter = counter;
        }
        words.put("an unknown credential", said(login(new Browser(), stranger)));
        assertThat(words.values()).as(words.toString()).allMatch(said -> said.startsWith("401This passkey does not sign anybody in here"));
        assertThat(login(new Browser(), authenticator).statusCode()).as("all of that changed nothing").isEqualTo(200);
    }

    @Test
    void aChallengeTakesOneAnswerWithinItsTimeForItsPurpose() throws Exception {
        var authenticator = authenticator();
        var browser = new Browser();
        enter(browser, authenticator, name());
        JsonNode asked = browser.json("POST", "/api/passkeys/login/options", null);
        assertThat(answer(new Browser(), authenticator, asked).statusCode()).isEqualTo(200);
        assertThat(answer(new Browser(), authenticator, asked).statusCode()).as("replayed").isEqualTo(401);

        JsonNode late = browser.json("POST", "/api/passkeys/login/options", null);
        service.bean(JdbcClient.class).sql("update passkey_challenge set expires_at = now() - interval '1 second'").update();
        assertThat(answer(new Browser(), authenticator, late).statusCode()).as("too late").isEqualTo(401);

        JsonNode adding = browser.json("POST", "/api/passkeys/options", null);
        assertThat(answer(new Browser(), authenticator, adding).statusCode()).as("for another purpose").isEqualTo(401);
    }

    @Test
    void aChallengeToAddAPasskeyIsForWhoAskedForIt() throws Exception {
        var browser = new Browser();
        enter(browser, authenticator(), name());
        var other = new Browser();
        enter(other, authenticator(), name());
        JsonNode asked = browser.json("POST", "/api/passkeys/options", null);
        var mine = authenticator();
        assertThat(other.send("POST", "/api/passkeys", Map.of("id", asked.path("id").asString(), "credential",
                mine.create(asked.path("options")))).statusCode()).isEqualTo(401);
        for (boolean verified : new boolean[] {false, true}) {
            asked = browser.json("POST", "/api/passkeys/options", null);
            mine.verifiesUser = verified;
            var added = browser.send("POST", "/api/passkeys", Map.of("id", asked.path("id").asString(), "credential",
                    mine.create(asked.path("options")), "name", "second"));
            assertThat(added.statusCode()).as(added.body()).isEqualTo(verified ? 201 : 400);
        }
        // Nor can somebody else register what is registered.
        JsonNode again = other.json("POST", "/api/passkeys/options", null);
        assertThat(other.send("POST", "/api/passkeys", Map.of("id", again.path("id").asString(), "credential",
                mine.create(again.path("options")))).statusCode()).isEqualTo(400);
    }

    @Test
    void passkeysAreNamedAndRemovedButNeverTheLastWayIn() throws Exception {
        var browser = new Browser();
        enter(browser, authenticator(), name());
        String first = browser.json("GET", "/api/passkeys", null).get(0).path("id").asString();
        var refused = browser.send("DELETE", "/api/passkeys/" + first, null);
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(detail(refused)).contains("your last passkey, and you have no SSH key");

        JsonNode asked = browser.json("POST", "/api/passkeys/options", null);
        assertThat(asked.at("/options/excludeCredentials")).hasSize(1);
        var spareKey = authenticator();
        browser.json("POST", "/api/passkeys", Map.of("id", asked.path("id").asString(), "credential",
                spareKey.create(asked.path("options")), "name", "spare"));
        assertThat(browser.json("PATCH", "/api/passkeys/" + first, Map.of("name", "at home")).get(0).path("name").asString()).isEqualTo("at home");
        assertThat(browser.send("DELETE", "/api/passkeys/" + first, null).statusCode()).isEqualTo(204);
        assertThat(browser.send("GET", "/api/passkeys", null).statusCode()).as("by which one was signed in").isEqualTo(401);
        login(browser, spareKey);

        var other = new Browser();
        enter(other, authenticator(), name());
        String spare = browser.json("GET", "/api/passkeys", null).get(0).path("id").asString();
        assertThat(other.send("DELETE", "/api/passkeys/" + spare, null).statusCode()).as("another's").isEqualTo(404);
    }

    @Test
    void aWriteWithACookieIsTakenFromOurOwnPagesAlone() throws Exception {
        var browser = new Browser();
        enter(browser, authenticator(), name());
        for (String origin : new String[] {null, "null", "https://evil.example", "http://localhost:1"}) {
            browser.origin = origin;
            assertThat(browser.send("POST", "/api/organizations", Map.of("name", "forged")).statusCode()).as(origin).isEqualTo(403);
        }
        browser.origin = service.url();
        assertThat(browser.send("POST", "/api/organizations", Map.of("name", "meant-" + people++)).statusCode()).isEqualTo(201);
    }

    @Test
    void sessionsEndWhenUnusedWhenOldAndWhenTheirOwnerSaysSo() throws Exception {
        var authenticator = authenticator();
        var browser = new Browser();
        enter(browser, authenticator, name());
        var second = new Browser();
        login(second, authenticator);
        JsonNode listed = browser.json("GET", "/api/sessions", null);
        assertThat(listed).hasSize(2);
        String other = listed.valueStream().filter(session -> !session.path("current").asBoolean()).findFirst().orElseThrow().path("id").asString();
        assertThat(browser.send("DELETE", "/api/sessions/" + other, null).statusCode()).isEqualTo(204);
        assertThat(second.send("GET", "/api/account", null).statusCode()).isEqualTo(401);
        assertThat(browser.send("DELETE", "/api/sessions/" + other, null).statusCode()).isEqualTo(404);

        String current = browser.json("GET", "/api/sessions", null).get(0).path("id").asString();
        var jdbc = service.bean(JdbcClient.class);
        jdbc.sql("update session set last_used_at = now() - interval '11 hours' where id = ?::uuid").param(current).update();
        assertThat(browser.send("GET", "/api/account", null).statusCode()).as("used in time").isEqualTo(200);
        jdbc.sql("update session set last_used_at = now() - interval '13 hours' where id = ?::uuid").param(current).update();
        assertThat(browser.send("GET", "/api/account", null).statusCode()).as("unused").isEqualTo(401);
        jdbc.sql("update session set last_used_at = now(), expires_at = now() - interval '1 second' where id = ?::uuid").param(current).update();
        assertThat(browser.send("GET", "/api/account", null).statusCode()).as("old").isEqualTo(401);

        login(browser, authenticator);
        assertThat(browser.send("DELETE", "/api/account/tokens/current", null).statusCode()).as("it carries no token").isEqualTo(404);
        String kept = browser.cookie;
        String keptPage = browser.page;
        assertThat(browser.send("DELETE", "/api/sessions/current", null).statusCode()).isEqualTo(204);
        assertThat(browser.setCookie).contains("Max-Age=0");
        browser.cookie = kept;
        browser.page = keptPage;
        assertThat(browser.send("GET", "/api/account", null).statusCode()).as("signed out").isEqualTo(401);
    }

    /** Browsers send it to every port of the host, and an app is one. */
    @Test
    void theCookieAloneIsWorthNothing() throws Exception {
        var authenticator = authenticator();
        var browser = new Browser();
        String name = name();
        enter(browser, authenticator, name);
        var other = new Browser();
        login(other, authenticator);
        var thief = new Browser();
        thief.cookie = browser.cookie;
        for (String page : new String[] {null, "", other.page, browser.page + "x"}) {
            thief.page = page;
            assertThat(thief.send("GET", "/api/account", null).statusCode()).as(page).isEqualTo(401);
            assertThat(thief.send("POST", "/api/organizations", Map.of("name", "stolen")).statusCode()).as(page).isEqualTo(401);
        }
        thief.cookie = null;
        thief.page = browser.page;
        assertThat(thief.send("GET", "/api/account", null).statusCode()).as("nor the other half").isEqualTo(401);
        assertThat(browser.json("GET", "/api/account", null).path("name").asString()).isEqualTo(name);
        assertThat(service.bean(JdbcClient.class).sql("select count(*) from session s where s::text like '%' || :secret || '%'")
                .param("secret", browser.page).query(Integer.class).single()).isZero();
    }

    @Test
    void whatAPasskeyBroughtEndsWithIt() throws Exception {
        var first = authenticator();
        var browser = new Browser();
        enter(browser, first, name());
        JsonNode asked = browser.json("POST", "/api/passkeys/options", null);
        var second = authenticator();
        browser.json("POST", "/api/passkeys", Map.of("id", asked.path("id").asString(), "credential", second.create(asked.path("options")), "name", "lost"));
        var lost = new Browser();
        assertThat(login(lost, second).statusCode()).isEqualTo(200);
        assertThat(lost.send("GET", "/api/account", null).statusCode()).isEqualTo(200);

        browser.send("DELETE", "/api/passkeys/" + browser.json("GET", "/api/passkeys", null).get(1).path("id").asString(), null);

        assertThat(lost.send("GET", "/api/account", null).statusCode()).isEqualTo(401);
        assertThat(browser.send("GET", "/api/account", null).statusCode()).isEqualTo(200);
    }

    @Test
    void norDoesALinkThatWasMadeInABrowserOutliveIt() throws Exception {
        var first = authenticator();
        var browser = new Browser();
        enter(browser, first, name());
        var second = authenticator();
        assertThat(add(browser, second).statusCode()).isEqualTo(201);
        var lost = new Browser();
        login(lost, second);
        lost.proves = second;
        for (Browser each : List.of(lost, browser)) {
            String link = each.json("POST", "/api/account/browser-link", null).path("link").asString();
            follow(each, link.substring(link.indexOf('#') + 1));
            assertThat(each.send("GET", "/api/account", null).statusCode()).isEqualTo(200);
        }

        browser.send("DELETE", "/api/passkeys/" + browser.json("GET", "/api/passkeys", null).get(1).path("id").asString(), null);

        assertThat(lost.send("GET", "/api/account", null).statusCode()).isEqualTo(401);
        assertThat(browser.send("GET", "/api/account", null).statusCode()).isEqualTo(200);
    }

    @Test
    void aLinkFromTheCommandLineSignsABrowserInOnce() throws Exception {
        String token = link(service.person(name()));
        var exchanged = service.call("POST", "/api/sessions", token, "{}");
        assertThat(exchanged.statusCode()).isEqualTo(201);
        assertThat(exchanged.headers().firstValue("set-cookie")).hasValueSatisfying(cookie -> assertThat(cookie).contains("HttpOnly"));
        assertThat(service.call("POST", "/api/sessions", token, "{}").statusCode()).isEqualTo(401);
    }

    @Test
    void aTokenThatIsGivenAwayForASessionLivesNoLongerAsOne() throws Exception {
        String token = service.token(service.person(name())); // of one hour
        var browser = new Browser();
        follow(browser, token);
        Instant end = Instant.parse(browser.json("GET", "/api/sessions", null).get(0).path("expires_at").asString());
        assertThat(end).isBefore(Instant.now().plus(Duration.ofMinutes(61)));
    }

    /** As {@code caution passkeys link} does it, with proof by an SSH key. */
    private String link(Account person) throws Exception {
        var key = new TestKey(directory);
        service.bean(Accounts.class).addSshKey(person.id(), key.publicKey());
        String token = service.token(person);
        String path = "/api/account/browser-link";
        var made = service.call("POST", path, token, null, Map.of("Caution-Proof", key.proof(service, token, "POST", path, new byte[0])));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        String link = JSON.readTree(made.body()).path("link").asString();
        return link.substring(link.indexOf('#') + 1);
    }

    private static void follow(Browser browser, String token) throws Exception {
        var exchanged = service.call("POST", "/api/sessions", token, "{}");
        assertThat(exchanged.statusCode()).isEqualTo(201);
        String cookie = exchanged.headers().firstValue("set-cookie").orElseThrow();
        browser.cookie = cookie.substring(0, cookie.indexOf(';'));
        browser.page = JSON.readTree(exchanged.body()).path("session").asString();
    }

    private static HttpResponse<String> add(Browser browser, SoftAuthenticator authenticator) throws Exception {
        JsonNode asked = browser.json("POST", "/api/passkeys/options", null);
        return browser.send("POST", "/api/passkeys", Map.of("id", asked.path("id").asString(), "credential", authenticator.create(asked.path("options")),
                "name", "added"));
    }

    @Test
    void whoCameByALinkAMomentAgoMakesTheirFirstPasskeyWithoutProofAndNothingElse() throws Exception {
        var person = service.person(name());
        var browser = new Browser();
        follow(browser, link(person));
        String key = browser.json("GET", "/api/account/ssh-keys", null).get(0).path("id").asString();
        assertThat(code(browser.send("DELETE", "/api/account/ssh-keys/" + key, null))).as("anything else").isEqualTo("proof_required");
        assertThat(add(browser, authenticator()).statusCode()).isEqualTo(201);
        assertThat(code(add(browser, authenticator()))).as("a second one").isEqualTo("proof_required");

        var late = new Browser();
        follow(late, link(service.person(name())));
        service.bean(JdbcClient.class).sql("update session set created_at = now() - interval '11 minutes' where by_link").update();
        assertThat(code(add(late, authenticator()))).as("later").isEqualTo("proof_required");

        var stolen = new Browser();
        follow(stolen, service.token(service.person(name())));
        assertThat(code(add(stolen, authenticator()))).as("by a token that was no link").isEqualTo("proof_required");
        assertThat(code(service.call("POST", "/api/passkeys", link(service.person(name())), "{\"id\":\"00000000-0000-0000-0000-000000000000\"}")))
                .as("with the link's token itself").isEqualTo("proof_required");
    }

    /** Both are let in at the gate, as there is no passkey then. */
    @Test
    void ofTwoFirstPasskeysThatAreMadeAtOnceWithoutProofOneIs() throws Exception {
        var person = service.person(name());
        var browser = new Browser();
        follow(browser, link(person));
        JsonNode[] asked = {browser.json("POST", "/api/passkeys/options", null), browser.json("POST", "/api/passkeys/options", null)};
        var mine = authenticator().create(asked[0].path("options"));
        var anothers = authenticator().create(asked[1].path("options"));
        try (var meanwhile = new Meanwhile(service).does("select id from account where id = ? for update", person.id())) {
            var answers = meanwhile.passes(
                    () -> browser.send("POST", "/api/passkeys", Map.of("id", asked[0].path("id").asString(), "credential", mine)).statusCode(),
                    () -> browser.send("POST", "/api/passkeys", Map.of("id", asked[1].path("id").asString(), "credential", anothers)).statusCode());
            assertThat(answers).containsExactlyInAnyOrder(201, 403);
        }
        assertThat(browser.json("GET", "/api/passkeys", null)).hasSize(1);
    }

    /** A use is written down, and must not be what brings it back. */
    @Test
    void aPasskeyThatIsRemovedWhileItSignsInIsGoneAndSignsNobodyIn() throws Exception {
        var authenticator = authenticator();
        var browser = new Browser();
        enter(browser, authenticator, name());
        UUID account = UUID.fromString(browser.json("GET", "/api/account", null).path("id").asString());
        JsonNode asked = new Browser().json("POST", "/api/passkeys/login/options", null);
        try (var meanwhile = new Meanwhile(service).does("delete from passkey where account_id = ?", account)) {
            assertThat(meanwhile.passes(() -> answer(new Browser(), authenticator, asked).statusCode())).containsExactly(401);
        }
        assertThat(service.bean(JdbcClient.class).sql("select count(*) from passkey where account_id = ?").param(account)
                .query(Integer.class).single()).isZero();
    }

    private static String code(HttpResponse<String> answer) {
        return answer.body().isEmpty() ? "" : JSON.readTree(answer.body()).path("code").asString("");
    }

    @Test
    void whateverIsWrongWithAPasskeysProofItIsRefusedAndChangesNothing() throws Exception {
        var authenticator = authenticator();
        var browser = new Browser();
        enter(browser, authenticator, name());
        add(browser, authenticator());
        var other = authenticator();
        enter(new Browser(), other, name());
        String path = "/api/passkeys/" + browser.json("GET", "/api/passkeys", null).get(1).path("id").asString();
        JsonNode options = browser.asked("DELETE", path, null).path("options");
        assertThat(options.path("userVerification").asString()).isEqualTo("required");
        assertThat(options.path("allowCredentials")).hasSize(2);
        byte[] handle = authenticator.handle;
        for (int i = 0; i < 3; i++) {
            assertThat(login(new Browser(), authenticator).statusCode()).isEqualTo(200);
        }
        Map<String, Consumer<SoftAuthenticator>> wrongs = Map.of(
                "another origin", a -> a.origin = "https://evil.example",
                "another relying party", a -> a.party = "evil.example",
                "a user that was not verified", a -> a.verifiesUser = false,
                "a counter that goes back", a -> a.counter = 0,
                "another user's handle", a -> a.handle = other.handle);
        for (var wrong : wrongs.entrySet()) {
            long counter = authenticator.counter;
            wrong.getValue().accept(authenticator);
            assertThat(said(browser.send("DELETE", path, null, browser.proof(authenticator, "DELETE", path, null)))).as(wrong.getKey())
                    .startsWith("403The proof was refused: this passkey");
            authenticator.origin = service.url();
            authenticator.party = "localhost";
            authenticator.verifiesUser = true;
            authenticator.handle = handle;
            authenticator.counter = counter;
        }
        var stranger = authenticator();
        stranger.handle = handle;
        for (var not : List.of(other, stranger)) {
            assertThat(code(browser.send("DELETE", path, null, browser.proof(not, "DELETE", path, null)))).isEqualTo("proof_refused");
        }
        JsonNode asked = browser.asked("DELETE", path, null);
        JsonNode login = browser.json("POST", "/api/passkeys/login/options", null);
        assertThat(code(browser.send("DELETE", path, null, asked.path("id").asString() + " "
                + SoftAuthenticator.base64(JSON.writeValueAsBytes(authenticator.get(login.path("options"))))))).as("a login's").isEqualTo("proof_refused");
        assertThat(answer(new Browser(), authenticator, ((ObjectNode) browser.asked("DELETE", path, null)).set("id", login.path("id"))).statusCode())
                .as("a proof's, as a login").isEqualTo(401);
        assertThat(browser.json("GET", "/api/passkeys", null)).hasSize(2);

        authenticator.handle = new byte[0]; // whoever is told which credential to use may leave that out
        assertThat(browser.send("DELETE", path, null).statusCode()).isEqualTo(204);
    }

    @Test
    void whatIsNoCredentialIsRefusedAsARequest() throws Exception {
        var browser = new Browser();
        for (String body : new String[] {"{}", "{\"id\":\"x\"}", "{\"id\":\"00000000-0000-0000-0000-000000000000\"}",
            "{\"id\":\"00000000-0000-0000-0000-000000000000\",\"credential\":{}}",
            "{\"id\":\"00000000-0000-0000-0000-000000000000\",\"credential\":[[[]]]}",
            "{\"id\":\"00000000-0000-0000-0000-000000000000\",\"credential\":{\"rawId\":\"*\",\"response\":{\"signature\":7}}}"}) {
            var answer = browser.send("POST", "/api/passkeys/login", JSON.readTree(body));
            assertThat(answer.statusCode()).as(body + answer.body()).isBetween(400, 401);
        }
    }

    @Test
    void pagesHaveAStrictPolicyAndNothingInline() throws Exception {
        var browser = new Browser();
        for (String page : new String[] {"/", "/join", "/account", "/device"}) {
            var answer = browser.send("GET", page, null);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-security-policy").orElse("")).contains("default-src 'none'", "script-src 'self'")
                    .doesNotContain("unsafe");
            assertThat(answer.body()).doesNotContainPattern("<script(?![^>]*src=)").doesNotContain("style=", "onclick");
        }
        assertThat(browser.send("GET", "/ui/nothing.js", null).statusCode()).isEqualTo(404);
    }

    private static String said(HttpResponse<String> answer) {
        return answer.statusCode() + detail(answer);
    }

    private static String detail(HttpResponse<String> answer) {
        return JSON.readTree(answer.body()).path("detail").asString("");
    }
}
