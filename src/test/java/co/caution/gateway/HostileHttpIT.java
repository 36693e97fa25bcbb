package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.TestService;
import co.caution.account.SignIn;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes over the wire is refused or harmless, and somebody else is served while it is there. */
class HostileHttpIT {

    private static final String HOST = "Host: localhost\r\n";

    private static TestService service;
    private static String token;

    @BeforeAll
    static void start() throws IOException {
        service = TestService.shared();
        token = service.token(service.person("among-the-hostile"));
    }

    /** Also after each, when nothing is held any more. */
    @AfterEach
    void othersAreServed() throws Exception {
        long before = System.nanoTime();
        var answer = service.call("GET", "/api/account", token, null);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(30));
    }

    static List<Arguments> malformed() {
        return List.of(
                Arguments.of("an address of 20,000 characters", "GET /" + "a".repeat(20_000) + " HTTP/1.1\r\n" + HOST + "\r\n", 400),
                Arguments.of("a header of 20,000 characters", "GET / HTTP/1.1\r\n" + HOST + "X: " + "a".repeat(20_000) + "\r\n\r\n", 400),
                Arguments.of("a thousand headers", "GET / HTTP/1.1\r\n" + HOST + "X: a\r\n".repeat(1000) + "\r\n", 400),
                Arguments.of("no name at all", "GET / HTTP/1.1\r\n\r\n", 400),
                Arguments.of("two names", "GET / HTTP/1.1\r\n" + HOST + "Host: other\r\n\r\n", 400),
                Arguments.of("another name in the address", "GET http://attacker.example/ HTTP/1.1\r\n" + HOST + "\r\n", 400),
                Arguments.of("noise", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n", 400),
                Arguments.of("no verb", "/ HTTP/1.1\r\n" + HOST + "\r\n", 400),
                Arguments.of("another version", "GET / HTTP/7.3\r\n" + HOST + "\r\n", 505),
                Arguments.of("a lone CR for a line", "GET / HTTP/1.1\r" + HOST + "\r\n", 400),
                Arguments.of("CR in a value", "GET / HTTP/1.1\r\n" + HOST + "X: a\rb\r\n\r\n", 400),
                Arguments.of("NUL in a name", "GET / HTTP/1.1\r\n" + HOST + "X\0: a\r\n\r\n", 400),
                Arguments.of("NUL in a value", "GET / HTTP/1.1\r\n" + HOST + "X: a\0b\r\n\r\n", 400),
                Arguments.of("a space before the colon", "GET / HTTP/1.1\r\n" + HOST + "X : a\r\n\r\n", 400),
                Arguments.of("a line that is no header", "GET / HTTP/1.1\r\n" + HOST + "nothing\r\n\r\n", 400),
                Arguments.of("a NUL in the address", "GET /\0 HTTP/1.1\r\n" + HOST + "\r\n", 400),
                Arguments.of("an escaped NUL", "GET /api/apps/%00 HTTP/1.1\r\n" + HOST + "\r\n", 400),
                Arguments.of("an escape that is none", "GET /%zz HTTP/1.1\r\n" + HOST + "\r\n", 400),
                Arguments.of("half an escape", "GET /api/% HTTP/1.1\r\n" + HOST + "\r\n", 400),
                Arguments.of("bytes that are not UTF-8", "GET /api/apps/%c3%28 HTTP/1.1\r\n" + HOST + "\r\n", 400),
                Arguments.of("an overlong slash", "GET /api/apps/%c0%af HTTP/1.1\r\n" + HOST + "\r\n", 400),
                Arguments.of("an escaped line end", "GET /api/apps/%0d%0aSet-Cookie:a=b HTTP/1.1\r\n" + HOST + "\r\n", 400),
                Arguments.of("two lengths", "POST /api/login HTTP/1.1\r\n" + HOST + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
                Arguments.of("a negative length", "POST /api/login HTTP/1.1\r\n" + HOST + "Content-Length: -1\r\n\r\n", 400),
                Arguments.of("a length beyond numbers", "POST /api/login HTTP/1.1\r\n" + HOST + "Content-Length: 99999999999999999999\r\n\r\n", 400),
                Arguments.of("a length that is no number", "POST /api/login HTTP/1.1\r\n" + HOST + "Content-Length: 2, 2\r\n\r\n{}", 400),
                Arguments.of("ten gigabytes", "POST /api/login HTTP/1.1\r\n" + HOST + "Content-Length: 10737418240\r\n\r\n{", 413),
                Arguments.of("one byte too many", "POST /api/login HTTP/1.1\r\n" + HOST + "Content-Length: 16385\r\n\r\n{", 413),
                Arguments.of("a body for a look at health", "GET /health/live HTTP/1.1\r\n" + HOST + "Content-Length: 1\r\n\r\n{", 413),
                Arguments.of("chunks", "POST /api/login HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\nffffffffff\r\n", 411),
                Arguments.of("chunks and a length", "POST /api/login HTTP/1.1\r\n" + HOST
                        + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/account HTTP/1.1\r\n" + HOST + "\r\n", 411),
                Arguments.of("chunks under another name", "POST /api/login HTTP/1.1\r\n" + HOST + "Transfer-Encoding: xchunked\r\n\r\n", 501),
                Arguments.of("chunks in other chunks", "POST /api/login HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400),
                Arguments.of("tunnels", "CONNECT localhost:22 HTTP/1.1\r\n" + HOST + "\r\n", 501));
    }

    /** And the connection ends, so that nothing that follows can be taken for another's request. */
    @ParameterizedTest
    @MethodSource("malformed")
    void isRefusedAndTheConnectionEnds(String what, String request, int status) throws Exception {
        try (var http = RawHttp.from(service, "127.0.0.1")) {
            var answer = http.ask(request);
            assertThat(answer.status()).isEqualTo(status);
            isOurs(answer);
            othersAreServed();
            // A server that hung up at once might be gone before its answer was read: it waits a while for the rest.
            http.endOfWords();
            assertThat(http.ended()).as("ended, without another answer").isTrue();
        }
    }

    private static void isOurs(RawHttp.Answer answer) {
        assertThat(answer.header("x-request-id")).isNotNull();
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.header("content-security-policy")).contains("default-src 'none'");
        assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(answer.header("server")).isNull();
        assertThat(answer.body()).contains("\"request\":\"" + answer.header("x-request-id") + "\"").doesNotContainIgnoringCase("tomcat", "exception", "\tat ");
    }

    @ValueSource(strings = {"TRACE", "PROPFIND", "PUT", "OPTIONS", "DEBUG", "get", "X"})
    @ParameterizedTest
    void aVerbThatIsNotTaken(String verb) throws Exception {
        try (var http = RawHttp.from(service, "127.0.0.1")) {
            var answer = http.ask(verb + " /api/account HTTP/1.1\r\n" + HOST + "Authorization: Bearer " + token + "\r\nX-Secret: 4711\r\n\r\n");
            assertThat(answer.status()).isIn(400, 403, 404, 405, 501);
            assertThat(answer.body()).doesNotContain("4711", "among-the-hostile");
            isOurs(answer);
            if (verb.equals("OPTIONS")) {
                assertThat(answer.status()).as("no fault of the table of routes").isEqualTo(405);
            }
        }
    }

    /** The firewall sees what the table of routes would, or nobody does. */
    @ValueSource(strings = {"/health/live/../../api/account", "/ui/../api/account", "/ui/%2e%2e/api/account", "/ui/..%2fapi/account", "/ui/..;/api/account",
        "//api/account", "/api//account", "/api/account;a=b", "/api;a=b/account", "/api/account/", "/api/account%2f", "/api%2faccount", "/api/./account",
        "/api/%61ccount/", "/API/account", "/api/account%20", "/api/account%3b", "/api/account%00", "/api\\account", "/ui/%5c..%5capi", "/ui/%252e%252e/api/account",
        "/ui/....//api/account", "/ui/app.js/../../application.properties", "/ui/%2e%2e/application.properties", "/api/account.json"})
    @ParameterizedTest
    void noWayAroundTheTableOfRoutes(String path) throws Exception {
        try (var http = RawHttp.from(service, "127.0.0.1")) {
            var stranger = http.ask("GET " + path + " HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n");
            assertThat(stranger.status()).isIn(400, 401, 404);
            assertThat(stranger.body()).doesNotContain("spring.", "among-the-hostile");
        }
    }

    /** The first HTTP had no status: who speaks it gets no page. */
    @Test
    void theFirstOfAllVersions() throws Exception {
        try (var http = RawHttp.from(service, "127.0.0.1")) {
            http.send("GET /\r\n");
            assertThat(new String(http.socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).contains("\"status\":421");
        }
    }

    @Test
    void anotherProtocolOnTheSameConnection() throws Exception {
        try (var http = RawHttp.from(service, "127.0.0.1")) {
            var answer = http.ask("GET / HTTP/1.1\r\n" + HOST + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
            assertThat(answer.status()).as("no switch").isEqualTo(200);
        }
        try (var http = RawHttp.from(service, "127.0.0.1")) {
            http.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0");
            assertThat(http.socket.getInputStream().readAllBytes()).as("nothing is spoken").isEmpty();
        }
        try (var http = RawHttp.from(service, "127.0.0.1")) {
            assertThat(http.ask("GET / HTTP/1.1\r\n" + HOST + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n").status()).isEqualTo(200);
        }
    }

    static Stream<Arguments> bodies() {
        return Stream.of(
                Arguments.of("ten thousand levels", "{\"origin\":" + "[".repeat(7000) + "]".repeat(7000) + "}"),
                Arguments.of("objects in objects", "{\"a\":".repeat(2500) + "1" + "}".repeat(2500)),
                Arguments.of("a number of ten thousand digits", "{\"origin\":" + "9".repeat(10_000) + "}"),
                Arguments.of("a number of absurd size", "{\"origin\":1e999999999}"),
                Arguments.of("the same name twice", "{\"origin\":\"http://localhost\",\"origin\":\"http://attacker.example\"}"),
                Arguments.of("an object for a text", "{\"origin\":{\"a\":1}}"),
                Arguments.of("a list for a text", "{\"origin\":[\"http://localhost\"]}"),
                Arguments.of("a list", "[]"),
                Arguments.of("null", "null"),
                Arguments.of("a text", "\"a\""),
                Arguments.of("nothing but spaces", "   "),
                Arguments.of("half of it", "{\"origin\":\"http://loc"),
                Arguments.of("more than one", "{\"origin\":\"http://attacker.example\"}{}"),
                Arguments.of("not JSON", "<login/>"),
                Arguments.of("no UTF-8", "{\"origin\":\"\u00ff\u00fe\"}"),
                Arguments.of("a NUL", "{\"origin\":\"a\0b\"}"),
                Arguments.of("an escaped NUL", "{\"origin\":\"a\\u0000b\"}"),
                Arguments.of("half a character", "{\"origin\":\"\\ud800\"}"),
                Arguments.of("a comment", "{/* */\"origin\":\"\"}"),
                Arguments.of("a name of ten thousand characters", "{\"" + "a".repeat(10_000) + "\":1}"));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void aBodyThatIsNotWhatIsTaken(String what, String body) throws Exception {
        try (var http = RawHttp.from(service, "127.0.0.1")) {
            var answer = http.ask(post("/api/login/challenge", "application/json", body));
            assertThat(answer.status()).isEqualTo(400);
            isOurs(answer);
            othersAreServed();
        }
    }

    @ValueSource(strings = {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "application/xml",
        "application/json; charset=utf-7", "nonsense", "application/x-java-serialized-object", "*/*", "application/*"})
    @ParameterizedTest
    void aBodyOfAnotherKind(String type) throws Exception {
        try (var http = RawHttp.from(service, "127.0.0.1")) {
            var answer = http.ask(post("/api/login/challenge", type, "{\"origin\":\"http://attacker.example\"}"));
            assertThat(answer.status()).isIn(400, 415);
            isOurs(answer);
        }
    }

    /** Before it is known who asks. */
    @ValueSource(strings = {"POST", "PATCH", "DELETE"})
    @ParameterizedTest
    void aFormThatIsNone(String verb) throws Exception {
        try (var http = RawHttp.from(service, "127.0.0.1")) {
            var answer = http.ask(post("/api/apps/" + new UUID(7, 7), "application/x-www-form-urlencoded", "a=b&%=1").replaceFirst("POST", verb));
            assertThat(answer.status()).isIn(400, 401, 415);
            isOurs(answer);
        }
    }

    /** Nobody's answer is taken for another's. */
    @Test
    void manyRequestsAtOnceOnOneConnectionAreAnsweredInTheirOrder() throws Exception {
        try (var http = RawHttp.from(service, "127.0.0.1")) {
            var all = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                all.append("GET /api/apps/" + new UUID(7, i) + " HTTP/1.1\r\n" + HOST + "Authorization: Bearer " + token + "\r\n\r\n");
            }
            http.send(all.toString());
            for (int i = 0; i < 50; i++) {
                var answer = http.answer();
                assertThat(answer.status()).isEqualTo(404);
                assertThat(answer.body()).contains(new UUID(7, i).toString());
            }
        }
    }

    @Test
    void whatFollowsABodyThatIsLongerThanItSaysIsNoRequestOfSomebodyElses() throws Exception {
        try (var http = RawHttp.from(service, "127.0.0.1")) {
            String smuggled = "GET /api/account HTTP/1.1\r\n" + HOST + "\r\n";
            assertThat(http.ask(post("/api/login", "application/json", "{}") + smuggled).status()).isEqualTo(400);
            assertThat(http.ended()).as("ended, without an answer to the rest").isTrue();
        }
    }

    @Test
    void anAnswerToAChallengeIsTakenOnceHoweverOftenItIsSent() throws Exception {
        var challenge = service.bean(SignIn.class).challenge(service.url(), "", InetAddress.ofLiteral("203.0.113.50"));
        String answer = post("/api/login", "application/json", "{\"id\":\"" + challenge.id() + "\",\"signature\":\"nonsense\"}");
        try (var http = RawHttp.from(service, "127.0.0.1")) {
            http.send(answer.repeat(5));
            assertThat(http.answer().body()).as("looked at").doesNotContain("answered before");
            for (int i = 0; i < 4; i++) {
                var replayed = http.answer();
                assertThat(replayed.status()).isEqualTo(401);
                assertThat(replayed.body()).contains("This challenge was answered before, or is too old.");
            }
        }
    }

    /** Each holds what it can hold for as long as it may; the limit is 30 s. */
    @Test
    @Tag("full")
    void whoeverIsSlowHoldsNobodyUpAndLeaves() throws Exception {
        try (var head = RawHttp.from(service, "127.0.0.1"); var body = RawHttp.from(service, "127.0.0.1");
                var nothing = RawHttp.from(service, "127.0.0.1"); var rest = RawHttp.from(service, "127.0.0.1");
                var deaf = RawHttp.small(service.port, "127.0.0.1")) {
            head.send("GET / HTTP/1.1\r\n" + HOST + "X: ");
            body.send("POST /api/login HTTP/1.1\r\n" + HOST + "Content-Type: application/json\r\nContent-Length: 10000\r\n\r\n");
            rest.send("POST /api/login HTTP/1.1\r\n" + HOST + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            assertThat(rest.answer().status()).isEqualTo(411);
            var listener = Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        deaf.send(("GET /ui/style.css HTTP/1.1\r\n" + HOST + "\r\n").repeat(1000));
                    }
                } catch (IOException e) {
                    // Sent away, as is wanted.
                }
            });
            long start = System.nanoTime();
            boolean headEnded = false;
            boolean bodyEnded = false;
            while (!(headEnded && bodyEnded) && System.nanoTime() - start < Duration.ofSeconds(75).toNanos()) {
                Thread.sleep(1000);
                headEnded = headEnded || !drip(head);
                bodyEnded = bodyEnded || !drip(body);
                othersAreServed();
            }
            assertThat(headEnded).as("a head that never ends").isTrue();
            assertThat(bodyEnded).as("a body that never ends").isTrue();
            assertThat(nothing.ended()).as("a word that is never said").isTrue();
            assertThat(rest.ended()).as("chunks that are not wanted").isTrue();
            assertThat(listener.join(Duration.ofSeconds(60))).as("answers that are never read").isTrue();
        }
    }

    /** A byte more; false where the server has said something, or nothing at all any more. */
    private static boolean drip(RawHttp http) throws IOException {
        try {
            http.send("a");
            return http.socket.getInputStream().available() == 0;
        } catch (SocketException e) {
            return false;
        }
    }

    @Test
    @Tag("full")
    void fiveThousandHalfOpenConnectionsKeepNobodyOut() throws Exception {
        var open = new ArrayList<RawHttp>();
        try {
            for (int i = 0; i < 5000; i++) {
                try {
                    var http = RawHttp.from(service, "127.0." + (1 + i % 200) + ".1");
                    open.add(http);
                    http.send("GET / HTTP/1.1\r\n" + HOST);
                } catch (SocketException e) {
                    // Sent away already.
                }
                if (i % 500 == 499) {
                    othersAreServed();
                }
            }
            int ended = 0;
            for (var http : open) {
                http.socket.setSoTimeout(1);
                try {
                    ended += http.ended() ? 1 : 0;
                } catch (java.net.SocketTimeoutException e) {
                    // Still there.
                }
            }
            assertThat(ended).as("sent away, one for each beyond 2,000").isGreaterThanOrEqualTo(2900);
        } finally {
            for (var http : open) {
                http.close();
            }
        }
    }

    @Test
    void oneAddressHasSoManyConnections() throws Exception {
        var open = new ArrayList<RawHttp>();
        try {
            for (int i = 0; i < 520; i++) {
                open.add(RawHttp.from(service, "127.0.0.99"));
            }
            assertThat(open.getLast().ended()).isTrue();
            assertThat(open.getFirst().ask("GET / HTTP/1.1\r\n" + HOST + "\r\n").status()).isEqualTo(200);
            othersAreServed();
        } finally {
            for (var http : open) {
                http.close();
            }
        }
    }

    private static String post(String path, String type, String body) {
        return "POST " + path + " HTTP/1.1\r\n" + HOST + (type.isEmpty() ? "" : "Content-Type: " + type + "\r\n") + "Content-Length: " + body.length()
                + "\r\n\r\n" + body;
    }
}
