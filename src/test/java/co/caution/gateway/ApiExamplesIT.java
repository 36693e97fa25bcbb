package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.ApiContract;
import co.caution.TestService;
import co.caution.gateway.Routes.Proof;
import co.caution.gateway.Routes.Route;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The document against the service: its routes, and every example in it. */
class ApiExamplesIT {

    private static final String ORGANIZATION = "example-org";
    private static final String FORM = MediaType.APPLICATION_FORM_URLENCODED_VALUE;
    /** What only an enclave that runs has. */
    private static final Set<String> NEED_AN_ENCLAVE = Set.of("/api/apps/{app}/attestation", "/.well-known/caution/files/{sha256}");

    private static TestService service;
    private static ApiFixture fixture;
    private static String operator;

    @BeforeAll
    static void whatTheExamplesSpeakOf() throws Exception {
        service = TestService.shared();
        fixture = new ApiFixture(service, ORGANIZATION, "example-person");
        operator = new JsonMapper().readTree(Files.readString(service.home.resolve("admin.json"))).path("token").asString();
    }

    @Test
    void theDocumentNamesEveryRouteAndNoOther() {
        var served = new TreeSet<String>();
        for (var mapping : service.context().getBeansOfType(RequestMappingInfoHandlerMapping.class).values()) {
            mapping.getHandlerMethods().keySet().forEach(info -> info.getMethodsCondition().getMethods().forEach(method ->
                    info.getPatternValues().forEach(path -> served.add(method + " " + path))));
        }
        assertThat(served.remove("GET /health/**")).isTrue(); // of which two are for everybody
        served.addAll(List.of("GET /health/live", "GET /health/ready"));
        var documented = new TreeSet<String>();
        ApiContract.document().path("paths").properties().forEach(path -> path.getValue().propertyNames()
                .forEach(method -> documented.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));

        assertThat(documented).as("./mvnw test -Dtest=OpenApiTest; cp target/openapi.json src/main/resources/").isEqualTo(served);
    }

    @Test
    void whoHasTheDocumentIsToldSo() throws Exception {
        var first = service.call("GET", "/api/openapi.json", null, null);
        assertThat(new JsonMapper().readTree(first.body())).isEqualTo(ApiContract.document());
        String tag = first.headers().firstValue("etag").orElseThrow();
        var again = service.call("GET", "/api/openapi.json", null, null, Map.of("If-None-Match", tag));
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }

    @TestFactory
    List<DynamicTest> everyExampleIsAnsweredAsTheDocumentSays() throws Exception {
        var page = new ApiPage();
        var tests = new ArrayList<DynamicTest>();
        for (Route route : Routes.ALL) {
            var example = page.of(route.method().name(), route.pattern()).example();
            if (example != null) {
                tests.add(DynamicTest.dynamicTest(OpenApi.operationId(route), () -> run(route, example.mustSucceed())));
            }
        }
        return tests;
    }

    /** As somebody reads it in the document, not in the page that it came from. */
    private static void run(Route route, boolean mustSucceed) throws Exception {
        String method = route.method().name();
        JsonNode operation = ApiContract.document().path("paths").path(route.pattern()).path(method.toLowerCase(Locale.ROOT));
        String path = route.pattern();
        var query = new StringBuilder();
        for (JsonNode parameter : operation.path("parameters")) {
            if (parameter.has("example")) {
                String value = parameter.path("example").asString();
                if (parameter.path("in").asString().equals("path")) {
                    path = path.replace("{" + parameter.path("name").asString() + "}", value.equals("acme") ? ORGANIZATION : value);
                } else {
                    query.append(query.isEmpty() ? '?' : '&').append(parameter.path("name").asString()).append('=').append(value);
                }
            }
        }
        assertThat(path).as("every variable has an example").doesNotContain("{");
        JsonNode content = operation.at("/requestBody/content");
        String type = content.has(FORM) ? FORM : MediaType.APPLICATION_JSON_VALUE;
        JsonNode body = content.path(type).path("example");
        fixture.restore();

        String text = type.equals(FORM) ? form(body) : body.toString().replace(ApiSeed.SERVER, service.url()).replace("acme", "example-made");
        var answer = body.isMissingNode() ? service.call(method, path + query, token(route.access()), null)
                : service.call(method, path + query, token(route.access()), text, Map.of("Content-Type", type));

        if (mustSucceed && route.proof() == Proof.NONE && !NEED_AN_ENCLAVE.contains(route.pattern())) {
            assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        }
    }

    private static String form(JsonNode fields) {
        return fields.properties().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue().asString(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private static @Nullable String token(Access access) {
        return switch (access) {
            case Access.Anyone _ -> null;
            case Access.Operator _, Access.Monitor _ -> operator;
            case Access.Oneself _, Access.Within _, Access.Wherever _ -> service.token(fixture.person);
        };
    }
}
