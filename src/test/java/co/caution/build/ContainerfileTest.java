package co.caution.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerfileTest {

    private static final String DIGEST = "sha256:" + "ab".repeat(32);

    private static Containerfile parse(String text, String... arguments) throws BuildException {
        return Containerfile.parse("Containerfile", text, List.of(arguments), false);
    }

    @Test
    void basesAreFoundWhereverTheyAreNamed() throws Exception {
        Containerfile file = parse("""
                # syntax=whatever
                ARG TOOLS=toolchain
                ARG BASE
                FROM --platform=linux/amd64 localhost/packages/${TOOLS} AS Build
                # FROM ignored:tag
                RUN --mount=type=bind,from=registry.example/tools@DIGEST,target=/x \\
                    # a comment in between
                    make FROM=x
                FROM $BASE
                COPY --from=build /a /a
                COPY --from=0 /a /b
                COPY --from=other.example:5000/a/b@DIGEST /a /c
                FROM scratch
                """.replace("DIGEST", DIGEST), "BASE=third.example/c@" + DIGEST);

        assertThat(file.packageBases()).containsExactly("toolchain");
        assertThat(file.registryBases()).containsExactly(
                "registry.example/tools@" + DIGEST, "third.example/c@" + DIGEST, "other.example:5000/a/b@" + DIGEST);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {
        "FROM alpine ~ line 1: `alpine` is named by a tag",
        "FROM registry.example/alpine:3.20 ~ name it by digest",
        "FROM scratch\\nCOPY --from=registry.example/x:1 a b ~ line 2: `registry.example/x:1` is named by a tag",
        "FROM alpine@DIGEST ~ is not written host/name@sha256:",
        "FROM registry.example/alpine:3.20@DIGEST ~ is not written host/name@sha256:",
        "FROM later\\nFROM scratch AS later ~ `later` is named by a tag",
        "FROM --platform=linux/arm64 scratch ~ an enclave runs linux/amd64",
        "FROM localhost/packages/../x ~ does not name a lock",
        "FROM scratch\\nADD https://example.org/x /x ~ ADD of an address needs the network",
        "# nothing ~ there is no FROM",
        "FROM ~ FROM names no image",
        "# escape=`\\nFROM scratch ~ escape directive",
    })
    void whatWouldNotReproduceIsRefused(String text, String message) {
        assertThatThrownBy(() -> parse(text.replace("\\n", "\n").replace("DIGEST", DIGEST)))
                .isInstanceOf(BuildException.class)
                .hasMessageContaining(message);
    }

    @Test
    void addOfAnAddressIsAllowedWithTheNetwork() throws Exception {
        Containerfile.parse("Containerfile", "FROM scratch\nADD https://example.org/x /x", List.of(), true);
    }
}
