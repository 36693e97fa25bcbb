package co.caution.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcfileTest {

    @Test
    void everyKeyIsRead() throws Exception {
        Procfile procfile = Procfile.parse("""
                # the application
                build: docker build -f deploy/Containerfile --target app --build-arg A=1 --build-arg 'B=two words' -t x .
                run: /app/server --name "hello world" 'a$b' back\\ slash
                oci-tarball: out/image.tar
                source: https://example.org/app.tar.gz
                cpus: 4
                memory_mb: 1024
                metadata: Version 1: "quoted", # not a comment
                ports: 8080, 9090
                env: GREETING=Hello = world
                env: EMPTY=
                egress: API.example.com:443, 192.0.2.1:53
                build_network: on
                report_stderr: on
                files: private
                """);

        assertThat(procfile).isEqualTo(new Procfile(
                new BuildCommand("deploy/Containerfile", "app", List.of("A=1", "B=two words"), "."),
                List.of("/app/server", "--name", "hello world", "a$b", "back slash"),
                "out/image.tar",
                "https://example.org/app.tar.gz",
                4,
                1024,
                "Version 1: \"quoted\", # not a comment",
                List.of(8080, 9090),
                List.of("GREETING=Hello = world", "EMPTY="),
                List.of("api.example.com:443", "192.0.2.1:53"),
                true,
                true,
                true));
    }

    @Test
    void everyKeyMayBeLeftOut() throws Exception {
        assertThat(Procfile.parse("")).isEqualTo(new Procfile(
                BuildCommand.DEFAULT, List.of(), null, null, 2, null, null, List.of(), List.of(), List.of(), false, false, false));
    }

    @Test
    void anArchiveWithoutBuildIsTheImage() throws Exception {
        assertThat(Procfile.parse("oci-tarball: image.tar").build()).isNull();
    }

    @Test
    void windowsLineEndsAndBlanksDoNotMatter() throws Exception {
        assertThat(Procfile.parse("\r\n  cpus :\t4  \r\n").cpus()).isEqualTo(4);
    }

    @ParameterizedTest(name = "{0} says {3}")
    @MethodSource
    void whatIsWrongIsSaidWithItsPlace(String text, int line, int column, String message) {
        var thrown = catchThrowableOfType(ProcfileException.class, () -> Procfile.parse(text));

        assertThat(thrown).as(text).isNotNull().hasMessageContaining(message);
        assertThat(thrown.getMessage()).startsWith("Procfile line " + line + ", column " + column + ": ");
        assertThat(List.of(thrown.line(), thrown.column())).isEqualTo(List.of(line, column));
    }

    static Stream<Arguments> whatIsWrongIsSaidWithItsPlace() {
        return Stream.of(
                arguments("cpus 4", 1, 1, "there is no colon; write `key: value`"),
                arguments("\n  memory_md: 4", 2, 3, "did you mean `memory_mb`?"),
                arguments("memory: 512", 1, 1, "did you mean `memory_mb`?"),
                arguments("Run: x", 1, 1, "did you mean `run`?"),
                arguments("oci_tarball: x", 1, 1, "did you mean `oci-tarball`?"),
                arguments("containerfile: x", 1, 1, "did you mean `build`?"),
                arguments("frobnicate: x", 1, 1, "`frobnicate` is not a key; the keys are build, run,"),
                arguments("cpus: 2\ncpus: 2", 2, 1, "`cpus` is already given in line 1"),
                arguments("run:", 1, 1, "`run` has no value"),
                arguments("cpus: two", 1, 7, "write a whole number from 1 to 128"),
                arguments("cpus: 0", 1, 7, "write a whole number from 1 to 128"),
                arguments("cpus: -1", 1, 7, "whole number"),
                arguments("memory_mb: 99999999999999999999", 1, 12, "whole number"),
                arguments("ports: 8080, x", 1, 14, "`x` is not a port"),
                arguments("ports: 8080,", 1, 13, "nothing between two commas"),
                arguments("ports: 0", 1, 8, "write a number from 1 to 65535"),
                arguments("ports: 65536", 1, 8, "write a number from 1 to 65535"),
                arguments("ports: 80, 80", 1, 12, "port 80 is listed twice"),
                arguments("ports: 49500", 1, 8,
                        "Ports 49500-49600 are reserved; choose a different application port."),
                arguments("ports: 1,49600", 1, 10, "Ports 49500-49600 are reserved"),
                arguments("env: 1A=x", 1, 6, "`1A` is not a variable's name"),
                arguments("env: A", 1, 7, "`A` has no value; write A=value"),
                arguments("env: A=1\nenv: A=2", 2, 6, "`A` is already set above"),
                arguments("egress: example.com", 1, 9, "`example.com` has no port; write host:port"),
                arguments("egress: a.example:443, *.example:443", 1, 24, "`*.example` is not a host name"),
                arguments("egress: -a.example:443", 1, 9, "is not a host name"),
                arguments("egress: 1.2.3.4.5:443", 1, 9, "is not a host name"),
                arguments("egress: a.example:0", 1, 19, "`0` is not a port"),
                arguments("egress: a.example:1, A.example:1", 1, 22, "listed twice"),
                arguments("build_network: yes", 1, 16, "write `on` or `off`"),
                arguments("files: on", 1, 8, "write `private` or `public`"),
                arguments("report_stderr: 1", 1, 16, "write `on` or `off`"),
                arguments("source: ftp://example.org/x", 1, 9, "not an http or https address"),
                arguments("source: https://user:secret@example.org/x", 1, 9, "not an http or https address"),
                arguments("oci-tarball: /tmp/x.tar", 1, 14, "is absolute"),
                arguments("oci-tarball: a/../../x.tar", 1, 14, "leaves the repository"),
                arguments("oci-tarball: .", 1, 14, "is not a file"),
                arguments("run: A=1 ./app", 1, 6, "give it in a line `env: A=1`"),
                arguments("run: ''", 1, 6, "name is empty"),
                arguments("run: 'app", 1, 6, "single quote is not closed"),
                arguments("run: app \"x", 1, 10, "double quote is not closed"),
                arguments("run: app \\", 1, 10, "ends in a backslash"),
                arguments("run: app\u0007", 1, 9, "U+0007 is not text"),
                arguments("build: make image", 1, 8, "`make` is not a builder known here"),
                arguments("build: docker", 1, 14, "write `docker build`"),
                arguments("build: docker run x", 1, 15, "`docker run` does not build an image here"),
                arguments("build: docker bud .", 1, 15, "`docker bud` does not build an image here"),
                arguments("build: docker build --privileged .", 1, 21, "`--privileged` is not an option known here"),
                arguments("build: docker build --network=host .", 1, 21, "`--network` is not an option known here"),
                arguments("build: docker build -v /:/host .", 1, 21, "`-v` is not an option known here"),
                arguments("build: docker build a b", 1, 23, "`b` is a second context"),
                arguments("build: docker build ..", 1, 21, "leaves the repository"),
                arguments("build: docker build /", 1, 21, "is absolute"),
                arguments("build: docker build https://example.org/x.git", 1, 21, "is not in the tree"),
                arguments("build: docker build -f ../Containerfile .", 1, 24, "leaves the repository"),
                arguments("build: docker build -f", 1, 21, "`-f` needs a value"),
                arguments("build: docker build -f a --file b .", 1, 33, "`--file` is given twice"),
                arguments("build: docker build --build-arg TOKEN .", 1, 33, "`TOKEN` has no value"),
                arguments("build: docker build --target 'a b' .", 1, 30, "not the name of a stage"),
                arguments("build: docker build . && rm -rf /", 1, 23, "`&&` needs a shell"),
                arguments("x".repeat(8193), 1, 8193, "longer than 8192"),
                arguments("\n".repeat(1001), 1001, 1, "more than 1000 lines"),
                arguments("#".repeat(70_000), 1, 1, "larger than 64 KiB"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a && b", "a || b", "a; b", "a | b", "a > b", "a < b", "a $(b)", "a `b`", "a &", "a $HOME",
            "a \"$(b)\"", "a \"${HOME}\""})
    void whatOnlyAShellUnderstandsIsRefusedInRun(String command) {
        assertThatThrownBy(() -> Procfile.parse("run: " + command))
                .isInstanceOf(ProcfileException.class)
                .hasMessageContaining("needs a shell")
                .hasMessageContaining("sh -c '…'");
    }

    @Test
    void aQuotedShellCommandIsOneWord() throws Exception {
        assertThat(Procfile.parse("run: sh -c 'a && b | c > $HOME'").run())
                .containsExactly("sh", "-c", "a && b | c > $HOME");
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker build", "podman build .", "buildah build ./", "buildah bud --tag=x:1 ."})
    void everyBuilderIsTheSameBuild(String command) throws Exception {
        assertThat(Procfile.parse("build: " + command).build()).isEqualTo(BuildCommand.DEFAULT);
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        assertThatThrownBy(() -> Procfile.parse(new byte[] {(byte) 0xff}))
                .isInstanceOf(ProcfileException.class)
                .hasMessageContaining("save it as UTF-8");
    }
}
