package co.caution.cli;

import java.util.Optional;
import picocli.CommandLine.Model.OptionSpec;

/** Which option of {@code caution server} sets a property. */
public final class ServerOptions {

    private ServerOptions() {}

    public static Optional<String> of(String property) {
        return Caution.commandLine().getSubcommands().get("server").getCommandSpec().options().stream()
                .map(OptionSpec::longestName)
                .filter(option -> ServerCommand.Options.settings(option, "x").stream()
                        .anyMatch(setting -> setting.property().equals(property)))
                .findFirst();
    }
}
