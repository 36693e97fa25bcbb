package co.caution.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTest {

    private static final String GOLDEN = """
            {"manifest":2,"pipeline":2,"tree":"e6ed1c121af873605f467573518d130b5902604c",\
            "builder":"buildah --layers=false","bases":["localhost/packages/toolchain@sha256:00"],\
            "files":"ab","argv":["/hello","a \\"b\\" \\\\ /"],"env":["GREETING=Grüße\\u000a\\u0009\u2028"],"workdir":"/",\
            "user":{"uid":1000,"gid":4294967294,"groups":[5,6]},"ports":[8080,9090],"egress":["api.example.com:443"],\
            "cpus":2,"memory_mb":512,"stderr":false,"metadata":"text"}""";

    private static Manifest manifest(@Nullable String metadata) {
        return new Manifest(
                2,
                "e6ed1c121af873605f467573518d130b5902604c",
                "buildah --layers=false",
                List.of("localhost/packages/toolchain@sha256:00"),
                "ab",
                List.of("/hello", "a \"b\" \\ /"),
                List.of("GREETING=Grüße\n\t\u2028"),
                "/",
                new Manifest.User(1000, 4_294_967_294L, List.of(5L, 6L)),
                List.of(8080, 9090),
                List.of("api.example.com:443"),
                2,
                512,
                false,
                metadata);
    }

    @Test
    void itsBytesAreFixed() {
        assertThat(new String(manifest("text").toJson(), StandardCharsets.UTF_8)).isEqualTo(GOLDEN);
    }

    @Test
    void metadataThatIsAbsentIsLeftOut() {
        assertThat(new String(manifest(null).toJson(), StandardCharsets.UTF_8))
                .isEqualTo(GOLDEN.replace(",\"metadata\":\"text\"", ""));
    }

    @Test
    void itReadsBackWhatItWrote() throws Exception {
        assertThat(Manifest.parse(manifest("text").toJson())).isEqualTo(manifest("text"));
        assertThat(Manifest.parse(manifest(null).toJson())).isEqualTo(manifest(null));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', value = {
        "\"cpus\":2 ~ \"cpus\": 2 ~ one form",
        "\"cpus\":2 ~ \"cpus\":2,\"cpus\":2 ~ one form",
        "\"cpus\":2 ~ \"cpus\":2.0 ~ cpus is not a number",
        "\"cpus\":2 ~ \"cpus\":-2 ~ cpus is not a number",
        "\"cpus\":2 ~ \"cpus\":4294967295 ~ cpus is not a number",
        "\"cpus\":2, ~ `` ~ lacks cpus",
        "\"cpus\":2 ~ \"cpus\":2,\"extra\":1 ~ not known: extra",
        "\"stderr\":false ~ \"stderr\":null ~ stderr is neither",
        "\"groups\":[5,6] ~ \"groups\":[5,\"6\"] ~ groups is not a number",
        "\"uid\":1000 ~ \"uid\":1000,\"more\":1 ~ one form",
        "\"metadata\":\"text\" ~ \"metadata\":null ~ metadata is not text",
        "\"manifest\":2 ~ \"manifest\":1 ~ version 1 is not known",
        "ü ~ \\u00fc ~ one form",
        "\"text\"} ~ \"text\"}} ~ manifest",
        "{\"manifest\" ~ [{\"manifest\" ~ manifest",
    })
    void anythingElseIsRefused(String from, String to, String message) {
        assertThat(GOLDEN).contains(from);
        byte[] changed = GOLDEN.replace(from, to).getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> Manifest.parse(changed))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining(message);
    }
}
