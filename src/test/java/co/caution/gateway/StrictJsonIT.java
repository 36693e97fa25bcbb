package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.ApiContract;
import co.caution.TestService;
import co.caution.account.Account;
import co.caution.account.Role;
import co.caution.app.Apps;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Bodies and parameters that are not what a call takes: each route refuses each of them, in our words, and never breaks. */
class StrictJsonIT {

    private static final JsonMapper JSON = new JsonMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static TestService service;
    private static String owner;
    private static String operator;
    private static UUID app;

    @BeforeAll
    static void anOwner() throws Exception {
        service = TestService.shared();
        UUID organization = service.organization("strict");
        Account person = service.person("strict-owner");
        service.join(organization, person, Role.OWNER);
        owner = service.token(person);
        operator = JSON.readTree(Files.readString(service.home.resolve("admin.json"))).path("token").asString();
        app = service.bean(Apps.class).create(organization, "strict-app").id();
    }

    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"name":5}                         | 'name' must be text.
            {"name":true}                      | 'name' must be text.
            {"name":["a"]}                     | 'name' must be text.
            {"name":{"a":1}}                   | 'name' must be text.
            {"name":null}                      | 'name' is missing. This call takes name.
            {}                                 | 'name' is missing. This call takes name.
            {"name":"fine","colour":"red"}     | There is no field 'colour' here. This call takes name.
            {"name":"one","name":"two"}        | The body is not valid JSON, names a field twice, or is nested too deeply: look at line 1, column 21.
            {"name":"fine"                     | The body is not valid JSON, names a field twice, or is nested too deeply: look at line 1, column 15.
            {"name":"fine"} {}                 | The request was not understood: its body is not the JSON object that this call takes, or a part of its address is wrong.
            []                                 | The request was not understood: its body is not the JSON object that this call takes, or a part of its address is wrong.
            "name"                             | The request was not understood: its body is not the JSON object that this call takes, or a part of its address is wrong.
            null                               | The body is null. This call takes name.
            ``                                 | The request was not understood: its body is not the JSON object that this call takes, or a part of its address is wrong.
            {"name":"a\\u0000b"}                | 'name' holds a character that no text may: NUL, or half of one.
            {"name":"a\\ud800b"}                | 'name' holds a character that no text may: NUL, or half of one.
            """)
    @ParameterizedTest
    void aBodyThatIsWrongIsRefusedInWordsForWhoeverWroteIt(String body, String words) throws Exception {
        var answer = service.call("POST", "/api/organizations", owner, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).path("detail").asString()).isEqualTo(words);
    }

    /** Each route that takes a body, with each kind of wrong one. */
    @Test
    void noBodyBreaksAnyRoute() throws Exception {
        var bodies = new LinkedHashMap<String, byte[]>();
        for (String text : List.of("", "null", "[]", "5", "\"text\"", "{}", "{\"a\":1}", "{", "{\"a\":1e999999}", "\u0000", "[".repeat(30_000),
                "{\"a\":".repeat(9_000) + "1" + "}".repeat(9_000), "9".repeat(60_000))) {
            bodies.put(text.substring(0, Math.min(20, text.length())), text.getBytes(StandardCharsets.UTF_8));
        }
        bodies.put("not UTF-8", new byte[] {'{', '"', (byte) 0xff, (byte) 0xfe, '"', ':', '1', '}'});
        var wrong = new ArrayList<String>();
        for (var route : Routes.ALL) {
            JsonNode operation = ApiContract.document().path("paths").path(route.pattern()).path(route.method().name().toLowerCase(Locale.ROOT));
            if (!operation.has("requestBody")) {
                continue;
            }
            var all = new LinkedHashMap<>(bodies);
            mutations(operation).forEach((name, json) -> all.put(name, json.getBytes(StandardCharsets.UTF_8)));
            for (var body : all.entrySet()) {
                for (String type : List.of("application/json", "text/plain")) {
                    var answer = send(route, body.getValue(), type);
                    boolean refused = answer.statusCode() >= 400 && answer.statusCode() < 500;
                    if (!refused || answer.body().contains("Exception") || answer.body().contains("tools.jackson")) {
                        wrong.add(route.method() + " " + route.pattern() + " with " + body.getKey() + ": " + answer.statusCode() + " " + answer.body());
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** The route's own example with one field after the other made something else. */
    private static Map<String, String> mutations(JsonNode operation) {
        var mutations = new LinkedHashMap<String, String>();
        JsonNode example = operation.at("/requestBody/content/application~1json/example");
        for (var field : example.properties()) {
            for (String value : List.of("7", "true", "[1]", "123456789012345678901234567890", "\"\\u0000\"")) {
                var changed = (ObjectNode) example.deepCopy();
                if (JSON.readTree(value).getNodeType() != field.getValue().getNodeType() || value.contains("0000") || value.equals("[1]")) {
                    changed.set(field.getKey(), JSON.readTree(value));
                    mutations.put(field.getKey() + "=" + value, changed.toString());
                }
            }
        }
        return mutations;
    }

    private static HttpResponse<String> send(Routes.Route route, byte[] body, String type) throws Exception {
        String path = route.pattern().replace("{app}", app.toString()).replace("{organization}", "strict")
                .replaceAll("\\{[^}]*}", UUID.randomUUID().toString());
        var request = HttpRequest.newBuilder(URI.create(service.url() + path))
                .header("Content-Type", type)
                .method(route.method().name(), BodyPublishers.ofByteArray(body));
        if (!(route.access() instanceof Access.Anyone)) {
            request.header("Authorization", "Bearer " + (route.access() instanceof Access.Operator ? operator : owner));
        }
        var answer = HTTP.send(request.build(), BodyHandlers.ofString());
        ApiContract.check(route.method().name(), path, answer);
        return answer;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /api/apps?limit=abc                       | 400
            /api/apps?cursor=abc                      | 400
            /api/apps?=z                              | 400
            /api/apps/%00                             | 400
            /api/apps/%ff                             | 4..
            /api/apps/APP?organization=%00            | 400
            /api/apps/APP/builds/not-an-id            | 404
            /api/apps/APP/builds/not-an-id/output     | 404
            /api/apps/APP/releases/99999999999999/eif | 404
            /api/apps/APP/builds/00000000-0000-4000-8000-000000000000/output?from=9999999999999 | 400
            /api/apps/APP/builds/00000000-0000-4000-8000-000000000000/output?restart=perhaps | 400
            /api/organizations/%F0%9F%98%80/members   | 404
            /api/organizations/x%0Ay/members          | 400
            """)
    void anAddressThatIsWrongIsRefused(String path, String status) throws Exception {
        var answer = service.call("GET", path.replace("APP", app.toString()), owner, null);
        assertThat("" + answer.statusCode()).as(answer.body()).matches(status);
        assertThat(JSON.readTree(answer.body()).path("detail").asString()).isNotBlank().doesNotContain("Exception");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/health", "/api/login", "/api/apps"})
    void aMethodThatNoAddressTakesIsRefusedAsSuch(String path) throws Exception {
        var answer = service.call("QUERY", path, owner, null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(405);
        assertThat(answer.headers().firstValue("allow")).isPresent();
    }
}
