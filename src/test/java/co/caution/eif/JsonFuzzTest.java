package co.caution.eif;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is an object for this parser is one for others. */
class JsonFuzzTest {

    @FuzzTest
    void an_object_is_one_for_another_parser_too(byte[] input) {
        boolean object = Json.isObject(input);
        assertThat(Json.object(input) != null).isEqualTo(object);
        if (object) {
            assertThat(other(input)).isTrue();
        }
    }

    private static boolean other(byte[] input) {
        try {
            JsonNode node = JsonMapper.shared().readTree(input);
            return node.isObject();
        } catch (JacksonException e) {
            return false;
        }
    }
}
