package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Writes {@code target/openapi.json} from what the service is made of; what it serves is a copy of that. */
class OpenApiTest {

    private static final JsonMapper MAPPER = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final Path SERVED = Path.of("src", "main", "resources", "openapi.json");

    private static JsonNode document;
    private static String written;

    @BeforeAll
    static void write() throws Exception {
        document = new OpenApi().document();
        written = MAPPER.writeValueAsString(document) + "\n";
        Files.writeString(Path.of("target", "openapi.json"), written);
    }

    @Test
    void whatIsServedIsWhatTheCodeSays() throws Exception {
        assertThat(Files.readString(SERVED).equals(written))
                .as("routes, records or docs/reference/api.md have changed: cp target/openapi.json %s", SERVED).isTrue();
    }

    @Test
    void itIsOpenApi() {
        var options = new ParseOptions();
        options.setResolve(true);
        var parsed = new OpenAPIV3Parser().readContents(written, null, options);
        assertThat(parsed.getMessages()).isEmpty();
        assertThat(parsed.getOpenAPI().getPaths()).hasSameSizeAs(document.path("paths").propertyNames());
    }

    @Test
    void itsSchemasAreSchemas() {
        var meta = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(com.networknt.schema.SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
        document.path("components").path("schemas").properties().forEach(schema ->
                assertThat(meta.validate(schema.getValue().toString(), InputFormat.JSON)).as(schema.getKey()).isEmpty());
    }

    @Test
    void operationsHaveNamesOfTheirOwn() {
        var names = new ArrayList<String>();
        document.path("paths").forEach(path -> path.forEach(operation -> names.add(operation.path("operationId").asString())));
        assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.matches("[a-z][A-Za-z0-9]+"));
    }
}
