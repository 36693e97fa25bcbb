package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** {@code docs/reference/cli.md} is what the commands say of themselves. */
class CliReferenceTest {

    @Test
    void theReferenceShowsEveryCommandAsItIs() throws Exception {
        String reference = "# Commands\n\nWritten by `CliReferenceTest` from the commands themselves.\n"
                + commands(Caution.commandLine())
                        .filter(command -> !command.getCommandSpec().usageMessage().hidden())
                        .map(CliReferenceTest::section)
                        .reduce("", String::concat);
        Path written = Files.writeString(Path.of("target", "cli.md"), reference);
        assertThat(Path.of("docs", "reference", "cli.md"))
                .as("copy %s over it when a command has changed", written)
                .content()
                .isEqualTo(reference);
    }

    private static Stream<CommandLine> commands(CommandLine command) {
        return Stream.concat(
                Stream.of(command), command.getSubcommands().values().stream().distinct().flatMap(CliReferenceTest::commands));
    }

    private static String section(CommandLine command) {
        String usage = command.setUsageHelpWidth(100).getUsageMessage(Ansi.OFF);
        return "\n## " + command.getCommandSpec().qualifiedName() + "\n\n```\n" + usage.stripTrailing() + "\n```\n";
    }
}
