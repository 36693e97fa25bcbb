package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.cli.Person.Said;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Where there is nothing to list, that is said: a command without a word looks like one that did not work. */
class EmptyListsTest {

    private static final String APP = "4a1ebcae-2174-48dc-b33f-f3fba4473e6a";

    @TempDir
    Path directory;

    private FakeServer server;
    private Person person;

    /** A server on which there is one app, and nothing else. */
    @BeforeEach
    void start() throws Exception {
        server = new FakeServer(exchange -> {
            exchange.getRequestBody().readAllBytes();
            return switch (exchange.getRequestURI().getPath()) {
                case "/api/account" -> "{\"name\":\"wanda\"}";
                case "/api/apps/" + APP -> "{\"id\":\"" + APP + "\",\"resource_name\":\"hello\"}";
                default -> "[]";
            };
        });
        person = server.person(directory.resolve("home"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** Those that there are, but for what is installed on the machine, of which there is always something to say. */
    static Stream<List<String>> lists() {
        return Stream.concat(below(List.of(), Caution.commandLine()), Stream.of(List.of("members", "invitations")))
                .filter(words -> !words.equals(List.of("builders", "list")));
    }

    private static Stream<List<String>> below(List<String> words, CommandLine command) {
        return command.getSubcommands().entrySet().stream().flatMap(entry -> {
            var all = Stream.concat(words.stream(), Stream.of(entry.getKey())).toList();
            return Stream.concat(Stream.of(all).filter(_ -> entry.getKey().equals("list")), below(all, entry.getValue()));
        });
    }

    @ParameterizedTest
    @MethodSource("lists")
    void anEmptyListSaysSo(List<String> words) throws Exception {
        var command = Stream.concat(words.stream(), List.of("builds", "releases", "deployments").contains(words.getFirst())
                ? Stream.of("--app", APP) : Stream.empty()).toList();
        Said said = person.caution(command.toArray(String[]::new));
        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(said.out()).matches("(No|Nothing) [a-zA-Z ]*\\..*\n");

        Said machine = person.caution(Stream.concat(command.stream(), Stream.of("--json")).toArray(String[]::new));
        assertThat(machine.exitCode()).as(machine.all()).isZero();
        assertThat(machine.json().isArray() && machine.json().isEmpty()).as(machine.all()).isTrue();
    }
}
