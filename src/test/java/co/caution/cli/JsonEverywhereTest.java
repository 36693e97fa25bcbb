package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.cli.Person.Said;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** What prints for people prints for machines, too; and so do its errors. */
class JsonEverywhereTest {

    /** What prints no result, with the reason. */
    private static final Map<String, String> WITHOUT = Map.of(
            "caution", "prints its help",
            "caution connect", "runs until it is stopped; 'verify --json' says what it verified",
            "caution server", "runs until it is stopped; its log is JSON on request",
            "caution quickstart", "shows a person the commands, each of which has --json",
            "caution completion", "prints a script for a shell",
            "caution train", "hidden; prints nothing");

    @TempDir
    Path directory;

    @Test
    void everyCommandThatPrintsHasJson() {
        var missing = new ArrayList<String>();
        commands(Caution.commandLine()).forEach(command -> {
            String name = command.getCommandSpec().qualifiedName();
            boolean runs = command.getSubcommands().isEmpty() || command.getCommandSpec().userObject() instanceof Callable
                    || command.getCommandSpec().userObject() instanceof Runnable;
            if (runs && command.getCommandSpec().findOption("--json") == null && !WITHOUT.containsKey(name)) {
                missing.add(name);
            }
        });
        assertThat(missing).isEmpty();
    }

    @Test
    void everyCommandIsInTheReferenceOfItsJson() throws Exception {
        String reference = Files.readString(Path.of("docs", "reference", "json.md"));
        var missing = commands(Caution.commandLine())
                .filter(command -> command.getSubcommands().isEmpty() && command.getCommandSpec().findOption("--json") != null)
                .map(command -> command.getCommandSpec().qualifiedName().substring("caution ".length()))
                .filter(name -> !reference.contains("`" + name + "`"))
                .toList();
        assertThat(missing).isEmpty();
    }

    @Test
    void errorsAreOneObjectOnStandardOutputAndNothingElse() throws Exception {
        var nobody = new Person(directory, "http://localhost:1");
        for (String[] wrong : new String[][] {
            {"apps", "list", "--jsn", "--json"}, {"ap", "--json"}, {"build", "--json", "--commit"}, {"trust", "pin", "x", "y", "--json"},
        }) {
            Said said = nobody.caution(wrong);
            assertThat(said.exitCode()).as(String.join(" ", wrong)).isEqualTo(64);
            assertThat(said.err()).as(String.join(" ", wrong)).isEmpty();
            assertThat(said.json().at("/error/code").asString()).isEqualTo("usage");
            assertThat(said.json().at("/error/exit_code").asInt()).isEqualTo(64);
        }
        for (String[] failing : new String[][] {
            {"apps", "list"}, {"status"}, {"init"}, {"build"}, {"tokens", "list"}, {"ssh-keys", "list"}, {"logout"}, {"login"},
        }) {
            Said said = nobody.caution(Stream.concat(Stream.of(failing), Stream.of("--json")).toArray(String[]::new));
            JsonNode error = said.json().path("error");
            assertThat(said.exitCode()).as(said.all()).isEqualTo(1).isEqualTo(error.path("exit_code").asInt());
            assertThat(error.path("message").asString()).isNotEmpty();
            assertThat(said.err()).isEmpty();
        }
    }

    @Test
    void wrongUsageIsShortAndSaysWhatWasMeant() throws Exception {
        var nobody = new Person(directory, "http://localhost:1");
        for (String[] wrong : new String[][] {{"verfy"}, {"apps", "lst"}, {"verify", "--pcr", "x"}, {"login", "--tokn", "x"}}) {
            Said said = nobody.caution(wrong);
            assertThat(said.exitCode()).isEqualTo(64);
            assertThat(said.out()).isEmpty();
            assertThat(said.err().lines()).as(said.err()).hasSizeLessThanOrEqualTo(3);
            assertThat(said.err()).contains("error: ", "Did you mean: ", "--help");
        }
        for (List<String> wrong : List.of(List.of("apps"), List.of("completion", "tcsh"), List.of("--server", "nonsense", "apps", "list"))) {
            Said said = nobody.caution(wrong.toArray(String[]::new));
            assertThat(said.exitCode()).as(wrong + said.all()).isEqualTo(64);
            assertThat(said.err().lines()).as(said.err()).hasSizeLessThanOrEqualTo(3);
        }
    }

    private static Stream<CommandLine> commands(CommandLine command) {
        return Stream.concat(Stream.of(command),
                command.getSubcommands().values().stream().distinct().flatMap(JsonEverywhereTest::commands));
    }
}
