package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.TestService;
import co.caution.account.AccountException;
import co.caution.account.AtAnotherTime;
import co.caution.account.DeviceLogins;
import co.caution.account.DeviceLogins.Answer;
import co.caution.account.Scope;
import co.caution.gateway.PasskeyIT.Browser;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A program's login that somebody allows in a browser (RFC 8628). */
class DeviceIT {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String GRANT = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=caution-cli";
    private static TestService service;
    private static JdbcClient jdbc;
    private static SoftAuthenticator authenticator;
    private static Browser browser;

    @BeforeAll
    static void somebodyWithAPasskey() throws Exception {
        PasskeyIT.start();
        service = TestService.shared();
        jdbc = service.bean(JdbcClient.class);
        authenticator = PasskeyIT.authenticator();
        browser = new Browser();
        assertThat(PasskeyIT.enter(browser, authenticator, "device-owner").statusCode()).isEqualTo(201);
    }

    @AfterAll
    static void stop() {
        PasskeyIT.stop();
    }

    @BeforeEach
    void nobodyHasGuessed() {
        jdbc.sql("delete from device_guess").update();
        jdbc.sql("delete from device_login").update();
    }

    private static HttpResponse<String> form(String path, String body) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(URI.create(service.url() + path)).POST(BodyPublishers.ofString(body))
                    .header("Content-Type", "application/x-www-form-urlencoded").build(), BodyHandlers.ofString());
        }
    }

    private static JsonNode begin(String more) throws Exception {
        var answer = form("/api/device/authorization", "client_id=caution-cli" + more);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("cache-control").orElse("")).contains("no-store");
        return JSON.readTree(answer.body());
    }

    /** @return the status and the error, or the token */
    private static JsonNode poll(JsonNode begun) throws Exception {
        jdbc.sql("update device_login set last_polled_at = last_polled_at - interval '1 minute'").update(); // no test waits
        return JSON.readTree(form("/api/device/token", GRANT + "&device_code=" + begun.path("device_code").asString()).body());
    }

    private static HttpResponse<String> allow(Browser who, SoftAuthenticator with, JsonNode begun) throws Exception {
        String code = begun.path("user_code").asString();
        JsonNode asked = who.json("POST", "/api/device/options", Map.of("user_code", code));
        return who.send("POST", "/api/device/allow",
                Map.of("user_code", code, "id", asked.path("id").asString(), "credential", with.get(asked.path("options"))));
    }

    @Test
    void whatSomebodyAllowsWithAPasskeyIsLetInOnce() throws Exception {
        JsonNode begun = begin("&scope=read+deploy&device_name=laptop%0Aof+%3Cb%3Ebob");
        assertThat(begun.path("user_code").asString()).matches("[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}");
        assertThat(begun.path("verification_uri").asString()).isEqualTo(service.url() + "/device");
        assertThat(begun.path("verification_uri_complete").asString()).endsWith("/device#" + begun.path("user_code").asString());
        assertThat(begun.path("expires_in").asInt()).isEqualTo(600);
        assertThat(begun.path("interval").asInt()).isEqualTo(5);
        assertThat(poll(begun).path("error").asString()).isEqualTo("authorization_pending");

        JsonNode shown = browser.json("POST", "/api/device/look", Map.of("user_code", begun.path("user_code").asString().toLowerCase().replace("-", " ")));
        assertThat(shown.path("name").asString()).isEqualTo("laptopof <b>bob");
        assertThat(shown.path("scopes").toString()).isEqualTo("[\"read\",\"deploy\"]");
        assertThat(shown.path("near").asBoolean()).isTrue();
        assertThat(allow(browser, authenticator, begun).statusCode()).isEqualTo(204);

        JsonNode in = poll(begun);
        assertThat(in.path("token_type").asString()).isEqualTo("Bearer");
        assertThat(in.path("scope").asString()).isEqualTo("read deploy");
        var account = service.call("GET", "/api/account", in.path("access_token").asString(), null);
        assertThat(account.body()).contains("\"name\":\"device-owner\"", "\"scopes\":[\"read\",\"deploy\"]");
        assertThat(poll(begun).path("error").asString()).as("once").isEqualTo("invalid_grant");
        assertThat(jdbc.sql("select count(*) from device_login").query(Integer.class).single()).isZero();

        // It was made by that passkey, and is listed.
        assertThat(browser.json("GET", "/api/account/tokens", null).toString()).contains("laptopof <b>bob");
    }

    @Test
    void aSessionAloneAllowsNothing() throws Exception {
        JsonNode begun = begin("");
        String code = begun.path("user_code").asString();
        assertThat(browser.send("POST", "/api/device/allow", Map.of("user_code", code)).statusCode()).isEqualTo(400);
        assertThat(browser.send("POST", "/api/device/allow", Map.of("user_code", code, "id", UUID.randomUUID().toString(),
                "credential", Map.of())).statusCode()).isBetween(400, 401);

        authenticator.verifiesUser = false;
        assertThat(allow(browser, authenticator, begun).statusCode()).as("the user was not verified").isEqualTo(401);
        authenticator.verifiesUser = true;

        // Nor does an answer to another question: a login's, another program's, another person's.
        JsonNode login = browser.json("POST", "/api/passkeys/login/options", null);
        assertThat(browser.send("POST", "/api/device/allow", Map.of("user_code", code, "id", login.path("id").asString(),
                "credential", authenticator.get(login.path("options")))).statusCode()).isEqualTo(401);
        JsonNode another = browser.json("POST", "/api/device/options", Map.of("user_code", begin("").path("user_code").asString()));
        assertThat(browser.send("POST", "/api/device/allow", Map.of("user_code", code, "id", another.path("id").asString(),
                "credential", authenticator.get(another.path("options")))).statusCode()).isEqualTo(401);
        var other = PasskeyIT.authenticator();
        PasskeyIT.enter(new Browser(), other, "device-other");
        assertThat(allow(browser, other, begun).statusCode()).isEqualTo(401);

        // A token that may not everything does not come near, whatever it signs.
        var token = service.token(service.person("device-token"));
        service.bean(JdbcClient.class).sql("update api_token set scopes = 'manage' where account_id = (select id from account where name = 'device-token')")
                .update();
        assertThat(service.call("POST", "/api/device/look", token, "{\"user_code\":\"" + code + "\"}").statusCode()).isEqualTo(403);
        assertThat(poll(begun).path("error").asString()).isEqualTo("authorization_pending");
    }

    @Test
    void whatSomebodyRefusesIsRefused() throws Exception {
        JsonNode begun = begin("");
        assertThat(browser.send("POST", "/api/device/deny", Map.of("user_code", begun.path("user_code").asString())).statusCode()).isEqualTo(204);
        assertThat(browser.send("POST", "/api/device/look", Map.of("user_code", begun.path("user_code").asString())).statusCode()).isEqualTo(404);
        assertThat(poll(begun).path("error").asString()).isEqualTo("access_denied");
    }

    @Test
    void whoGuessesCodesIsStopped() throws Exception {
        JsonNode begun = begin("");
        var calls = new ArrayList<Callable<Integer>>();
        for (int i = 0; i < 20; i++) {
            calls.add(() -> browser.send("POST", "/api/device/look", Map.of("user_code", "BBBB-BBBB")).statusCode());
        }
        try (var pool = Executors.newFixedThreadPool(8)) {
            var statuses = new ArrayList<Integer>();
            for (var call : pool.invokeAll(calls)) {
                statuses.add(call.get());
            }
            assertThat(statuses).containsOnly(404, 429);
            assertThat(statuses).filteredOn(status -> status == 404).hasSizeLessThanOrEqualTo(10);
        }
        assertThat(browser.send("POST", "/api/device/look", Map.of("user_code", begun.path("user_code").asString())).statusCode())
                .as("also for the right one").isEqualTo(429);
    }

    @Test
    void mistakesAreAnsweredAsOAuthSays() throws Exception {
        JsonNode begun = begin("");
        String code = "&device_code=" + begun.path("device_code").asString();
        for (String[] call : new String[][] {
            {"/api/device/authorization", "", "invalid_client"},
            {"/api/device/authorization", "client_id=evil", "invalid_client"},
            {"/api/device/authorization", "client_id=caution-cli&client_id=caution-cli", "invalid_request"},
            {"/api/device/authorization?client_id=caution-cli", "", "invalid_request"},
            {"/api/device/authorization", "client_id=caution-cli&scope=everything", "invalid_scope"},
            {"/api/device/authorization", "client_id=caution-cli&scope=%zz", "invalid_request"},
            {"/api/device/token", "", "invalid_request"},
            {"/api/device/token", "grant_type=password&client_id=caution-cli" + code, "unsupported_grant_type"},
            {"/api/device/token", GRANT.replace("caution-cli", "evil") + code, "invalid_client"},
            {"/api/device/token", GRANT + "&device_code=wrong", "invalid_grant"},
            {"/api/device/token", GRANT + code, "authorization_pending"},
            {"/api/device/token", GRANT + code, "slow_down"},
        }) {
            var answer = form(call[0], call[1]);
            assertThat(answer.statusCode()).as(String.join(" ", call)).isEqualTo(400);
            assertThat(JSON.readTree(answer.body()).path("error").asString()).as(String.join(" ", call)).isEqualTo(call[2]);
        }
        assertThat(service.call("POST", "/api/device/token", null, "{}").statusCode()).isEqualTo(415);
        assertThat(jdbc.sql("select count(*) from device_login d where d::text like '%' || :code || '%'")
                .param("code", begun.path("user_code").asString().replace("-", "")).query(Integer.class).single()).as("hashes alone").isZero();
    }

    @Test
    void timesAreKept() throws Exception {
        Instant start = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        var begun = at(start).begin("clock", Set.of(Scope.READ), InetAddress.ofLiteral("192.0.2.1"));
        assertThat(at(start).poll(begun.deviceCode())).isInstanceOf(Answer.Pending.class);
        assertThat(at(start.plusSeconds(4)).poll(begun.deviceCode())).isInstanceOf(Answer.SlowDown.class);
        // Ten seconds now, from the question that came too early.
        assertThat(at(start.plusSeconds(13)).poll(begun.deviceCode())).isInstanceOf(Answer.SlowDown.class);
        assertThat(at(start.plusSeconds(28)).poll(begun.deviceCode())).isInstanceOf(Answer.Pending.class);
        Instant late = start.plus(Duration.ofMinutes(10)).plusSeconds(1);
        assertThat(at(late).poll(begun.deviceCode())).isInstanceOf(Answer.Expired.class);
        UUID somebody = service.person("device-late").id();
        assertThatThrownBy(() -> at(late).look(somebody, begun.userCode(), InetAddress.ofLiteral("192.0.2.1")))
                .isInstanceOf(AccountException.NotFound.class);
    }

    private static DeviceLogins at(Instant now) {
        return AtAnotherTime.deviceLogins(service, now);
    }
}
