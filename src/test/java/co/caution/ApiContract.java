package co.caution;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Holds answers of the service to its OpenAPI document: status, media type and, where that is JSON, the schema. */
public final class ApiContract {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String RENEW = "; say so in docs/reference/api.md, then: ./mvnw test -Dtest=OpenApiTest;"
            + " cp target/openapi.json src/main/resources/";
    private static final JsonNode DOCUMENT = read();
    private static final Map<String, Schema> SCHEMAS = new ConcurrentHashMap<>();
    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private ApiContract() {}

    private static JsonNode read() {
        try {
            return JSON.readTree(new ClassPathResource("openapi.json").getContentAsByteArray());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public static JsonNode document() {
        return DOCUMENT;
    }

    /** @throws AssertionError where the answer is none that the document names; what is no route of it is let be */
    public static void check(String method, String path, HttpResponse<String> answer) {
        Optional<String> pattern = pattern(method, path.replaceAll("\\?.*", ""));
        if (pattern.isEmpty() || method.equals("HEAD")) {
            return;
        }
        String what = method + " " + pattern.get() + " answered " + answer.statusCode();
        JsonNode operation = DOCUMENT.path("paths").path(pattern.get()).path(method.toLowerCase(Locale.ROOT));
        JsonNode documented = resolve(operation.path("responses").path("" + answer.statusCode()));
        assertThat(documented.isObject()).as("%s (%s), which is not documented%s", what, answer.body(), RENEW).isTrue();
        JsonNode content = documented.path("content");
        if (answer.body().isEmpty()) {
            assertThat(content.has("application/json")).as("%s with no body%s", what, RENEW).isFalse();
            return;
        }
        String type = answer.headers().firstValue("content-type").orElse("none").replaceAll(";.*", "");
        assertThat(content.propertyNames()).as("%s as %s%s", what, type, RENEW).contains(type);
        if (type.endsWith("/json") || type.endsWith("+json")) {
            var errors = schema(content.path(type).path("schema")).validate(answer.body(), com.networknt.schema.InputFormat.JSON);
            assertThat(errors).as("%s with %s%s", what, answer.body(), RENEW).isEmpty();
        }
    }

    private static Schema schema(JsonNode schema) {
        return SCHEMAS.computeIfAbsent(schema.toString(), _ -> {
            ObjectNode whole = (ObjectNode) schema.deepCopy();
            whole.set("components", DOCUMENT.path("components")); // what its $refs lead to
            return REGISTRY.getSchema(whole);
        });
    }

    private static JsonNode resolve(JsonNode node) {
        String ref = node.path("$ref").asString("");
        return ref.isEmpty() ? node : DOCUMENT.at(ref.substring(1));
    }

    /** The one with the fewest variables: {@code /current} is no id. */
    private static Optional<String> pattern(String method, String path) {
        return DOCUMENT.path("paths").properties().stream()
                .filter(each -> each.getValue().has(method.toLowerCase(Locale.ROOT)))
                .map(Map.Entry::getKey)
                .filter(pattern -> Pattern.matches(pattern.replaceAll("\\{[^}]*}", "[^/]+"), path))
                .min(java.util.Comparator.comparingInt(pattern -> pattern.split("\\{", -1).length));
    }
}
