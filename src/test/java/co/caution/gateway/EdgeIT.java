package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.TestKey;
import co.caution.TestService;
import co.caution.account.Accounts;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose a call is, by which name it asks for the server, and how often it may. */
class EdgeIT {

    @TempDir
    static Path directory;

    private static TestService service;

    @BeforeAll
    static void start() throws IOException {
        service = TestService.shared();
    }

    @Test
    void tooManyFromAnAddressAreToldWhenToComeBackAndOthersAreServed() throws Exception {
        String challenge = attestation("X-Forwarded-For: 198.51.100.7\r\n");
        var answer = ask(TestService.PROXY, challenge);
        for (int i = 0; i < 330 && answer.status() != 429; i++) {
            assertThat(answer.status()).as("nothing runs here").isEqualTo(503);
            answer = ask(TestService.PROXY, challenge);
        }
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("retry-after")).isEqualTo("1");
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(answer.body()).contains("\"status\":429", "Too many attestation challenges from your address: 300 a minute. Try again in",
                "\"request\":\"" + answer.header("x-request-id") + "\"");
        assertThat(ask(TestService.PROXY, attestation("X-Forwarded-For: 198.51.100.8\r\n")).status()).as("somebody else").isEqualTo(503);
        assertThat(ask(TestService.PROXY, "GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n").status())
                .as("another limit").isEqualTo(200);
        assertThat(ask("127.0.0.1", challenge).status()).as("whom nobody trusts").isEqualTo(503);
    }

    @Test
    void anAccountHasItsOwnLimitWhereverItCallsFrom() throws Exception {
        String token = service.token(service.person("in-a-hurry"));
        String other = service.token(service.person("in-no-hurry"));
        String path = "/api/apps/" + UUID.randomUUID() + "/releases/1/eif";
        var refused = service.call("GET", path, token, null);
        for (int i = 0; i < 90 && refused.statusCode() != 429; i++) {
            assertThat(refused.statusCode()).isEqualTo(404);
            refused = service.call("GET", path, token, null);
        }
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(refused.body()).contains("Too many large downloads from your account: 60 a minute");
        assertThat(service.call("GET", path, other, null).statusCode()).isEqualTo(404);
        assertThat(service.call("GET", "/api/account", token, null).statusCode()).isEqualTo(200);
    }

    /** Elsewhere they would work before a call is counted and its body read. */
    @Test
    void whatSignsCallsInStandsInTheSecurityChainAlone() {
        var filters = service.bean(ServletContext.class).getFilterRegistrations().values();
        assertThat(filters).extracting(FilterRegistration::getClassName).contains(BodyLimitFilter.class.getName())
                .doesNotContain(TokenFilter.class.getName(), SessionFilter.class.getName(), ActorFilter.class.getName(), WholeCallFilter.class.getName());
    }

    /** It does all of the work, and says nothing. */
    @Test
    void aHeadOfADownloadCountsAsOne() throws Exception {
        String token = service.token(service.person("with-many-heads"));
        String path = "/api/apps/" + UUID.randomUUID() + "/releases/1/eif";
        int status = 404;
        for (int i = 0; i < 90 && status != 429; i++) {
            assertThat(status).isEqualTo(404);
            status = service.call("HEAD", path, token, null).statusCode();
        }
        assertThat(status).isEqualTo(429);
    }

    @ValueSource(strings = {"attacker.example", "attacker.example:8080", "localhost.attacker.example", "localhost.", "10.1.2.3", "[::2]", "caution@localhost", "a b", ""})
    @ParameterizedTest
    void aForgedHostIsNotServed(String host) throws Exception {
        for (String path : List.of("/api/account", "/", "/ui/app.js", "/api/passkeys/login/options", "/nothing")) {
            try (var http = RawHttp.from(service, "127.0.0.1")) {
                var answer = http.ask("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
                assertThat(answer.status()).as(path).isIn(400, 421);
                assertThat(answer.body()).doesNotContain("attacker", "<html");
                if (answer.status() == 421) {
                    assertThat(answer.header("x-request-id")).isNotNull();
                    assertThat(answer.header("content-security-policy")).contains("default-src 'none'");
                }
            }
        }
    }

    @CsvSource({"HTTP/1.0,''", "HTTP/1.1,Host: 10.1.2.3:8080", "HTTP/1.1,Host: node-7.internal"})
    @ParameterizedTest
    void whoWatchesTheServerNeedsNoNameForIt(String version, String host) throws Exception {
        for (String path : List.of("/health", "/health/live", "/health/ready")) {
            try (var http = RawHttp.from(service, "127.0.0.1")) {
                assertThat(http.ask("GET " + path + " " + version + "\r\n" + (host.isEmpty() ? "" : host + "\r\n") + "\r\n").status()).isEqualTo(200);
            }
        }
        try (var http = RawHttp.from(service, "127.0.0.1")) {
            assertThat(http.ask("GET / " + version + "\r\n" + (host.isEmpty() ? "" : host + "\r\n") + "\r\n").status()).isEqualTo(421);
        }
    }

    @ValueSource(strings = {"localhost", "LOCALHOST", "localhost:1", "127.0.0.1", "[::1]:8080"})
    @ParameterizedTest
    void theServersOwnNamesAre(String host) throws Exception {
        try (var http = RawHttp.from(service, "127.0.0.1")) {
            assertThat(http.ask("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").status()).isEqualTo(200);
        }
    }

    /** Neither a stranger nor a proxy says what the server is called or how it is reached. */
    @ValueSource(strings = {"127.0.0.1", TestService.PROXY})
    @ParameterizedTest
    void nobodysHeadersSayWhatTheServerIsCalled(String from) throws Exception {
        try (var http = RawHttp.from(service, from)) {
            var person = service.person("with-a-link");
            String token = service.token(person);
            var key = new TestKey(directory);
            service.bean(Accounts.class).addSshKey(person.id(), key.publicKey());
            String proof = key.proof(service, token, "POST", "/api/account/browser-link", new byte[0]);
            var answer = http.ask("POST /api/account/browser-link HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                    + "\r\nCaution-Proof: " + proof + "\r\nContent-Length: 0\r\nX-Forwarded-Host: attacker.example\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Prefix: /x\r\n"
                    + "X-Forwarded-Port: 1\r\nForwarded: for=198.51.100.1;host=attacker.example;proto=https\r\nX-Original-URL: /x\r\n"
                    + "X-HTTP-Method-Override: DELETE\r\n\r\n");
            assertThat(answer.status()).isBetween(200, 201);
            assertThat(answer.body()).contains("\"" + service.url() + "/").doesNotContain("attacker");
        }
    }

    private static RawHttp.Answer ask(String from, String request) throws IOException {
        try (var http = RawHttp.from(service, from)) {
            return http.ask(request);
        }
    }

    private static String attestation(String header) {
        String body = "{\"nonce\":\"" + "A".repeat(43) + "=\"}";
        return "POST /api/apps/" + new UUID(1, 2) + "/attestation HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + header
                + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }
}
