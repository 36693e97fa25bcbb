package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.TestService;
import co.caution.account.Invitations;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Passkeys over plain HTTP, with an authenticator that can do everything wrong. */
class PasskeyIT {

    private static final JsonMapper JSON = new JsonMapper();
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
    private static final class Browser {
        @Nullable String cookie;
        /** What the page keeps. */
        @Nullable String page;
        @Nullable String origin = service.url();
        String setCookie = "";

        HttpResponse<String> send(String method, String path, @Nullable Object body) throws IOException, InterruptedException {
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
            var answer = http.send(request.build(), BodyHandlers.ofString());
            answer.headers().firstValue("set-cookie").ifPresent(set -> {
                setCookie = set;
                cookie = set.substring(0, set.indexOf(';'));
                page = answer.body().isEmpty() ? null : JSON.readTree(answer.body()).path("session").asString(null);
            });
            return answer;
        }

        JsonNode json(String method, String path, @Nullable Object body) throws IOException, InterruptedException {
            var answer = send(method, path, body);
            assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
            return JSON.readTree(answer.body());
        }
    }

    private static SoftAuthenticator authenticator() throws Exception {
        return new SoftAuthenticator(service.url(), "localhost");
    }

    /** Comes in by an invitation, with a passkey. */
    private static HttpResponse<String> enter(Browser browser, SoftAuthenticator authenticator, String name) throws Exception {
        String invitation = service.bean(Invitations.class).firstOwner().secret();
        JsonNode asked = browser.json("POST", "/api/invitations/passkey/options", Map.of("invitation", invitation, "name", name));
        return browser.send("POST", "/api/invitations/passkey", Map.of("invitation", invitation, "id", asked.path("id").asString(),
                "credential", authenticator.create(asked.path("options")), "name", "test"));
    }

    private static HttpResponse<String> login(Browser browser, SoftAuthenticator authenticator) throws Exception {
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
    void aLinkFromTheCommandLineSignsABrowserInOnce() throws Exception {
        var person = service.person(name());
        var made = service.call("POST", "/api/account/browser-link", service.token(person), "{}");
        String link = JSON.readTree(made.body()).path("link").asString();
        String token = link.substring(link.indexOf('#') + 1);
        var exchanged = service.call("POST", "/api/sessions", token, "{}");
        assertThat(exchanged.statusCode()).isEqualTo(201);
        assertThat(exchanged.headers().firstValue("set-cookie")).hasValueSatisfying(cookie -> assertThat(cookie).contains("HttpOnly"));
        assertThat(service.call("POST", "/api/sessions", token, "{}").statusCode()).isEqualTo(401);
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
        for (String page : new String[] {"/", "/join", "/account"}) {
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
