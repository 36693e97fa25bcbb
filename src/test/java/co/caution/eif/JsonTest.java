package co.caution.eif;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    private static boolean valid(String text) {
        return Json.isObject(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", " { } \n", "{\"a\":null}", "{\"a\":[1,-0.5e+3,0,true,false,{}],\"b\":\"\\u00e9\\n\\\"\"}", "{\"\":1E5}",
        "{\"a\":1e-2 , \"ä\" : [ ] }"})
    void json_objects(String text) {
        assertThat(valid(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "1", "{", "{}{}", "{a:1}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":01}", "{\"a\":+1}", "{\"a\":1.}",
        "{\"a\":.5}", "{\"a\":1e}", "{\"a\":-}", "{\"a\":tru}", "{\"a\":[1,]}", "{\"a\":[1}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\n\"}",
        "{\"a\":\"", "{'a':1}", "{\"a\":NaN}", "{\"a\":1 2}", "{\"a\":\"\\"})
    void everything_else(String text) {
        assertThat(valid(text)).isFalse();
    }

    @Test
    void depth_and_encoding_are_bounded() {
        assertThat(valid("{\"a\":" + "[".repeat(31) + "]".repeat(31) + "}")).isTrue();
        assertThat(valid("{\"a\":" + "[".repeat(32) + "]".repeat(32) + "}")).isFalse();
        assertThat(Json.isObject(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'})).isFalse();
    }
}
