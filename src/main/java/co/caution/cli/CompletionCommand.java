package co.caution.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code caution completion}: a script that makes a shell know the commands and their options. */
@Command(
        name = "completion",
        description = "Print a script that completes commands and options in your shell.",
        footer = {
            "",
            "bash:  echo 'source <(caution completion bash)' >> ~/.bashrc",
            "zsh:   echo 'source <(caution completion zsh)' >> ~/.zshrc     (after compinit)",
            "fish:  caution completion fish > ~/.config/fish/completions/caution.fish"
        })
final class CompletionCommand implements Callable<Integer> {

    enum Shell {
        bash, zsh, fish
    }

    @ParentCommand
    Caution root;

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
    Shell shell;

    @Override
    public Integer call() {
        CommandLine command = Caution.commandLine();
        switch (shell) {
            case bash -> System.out.print(AutoComplete.bash("caution", command));
            // The script is bash's; zsh runs it by its own means.
            case zsh -> System.out.print("autoload -U +X bashcompinit && bashcompinit\n" + AutoComplete.bash("caution", command));
            case fish -> System.out.print(fish(command));
        }
        return 0;
    }

    /** One line for each command and option, each with the commands that must stand before it. */
    private static String fish(CommandLine command) {
        var script = new StringBuilder("# Completes the commands and options of caution.\ncomplete -c caution -f\n");
        fish(command, List.of(), script);
        return script.toString();
    }

    private static void fish(CommandLine command, List<String> path, StringBuilder script) {
        List<CommandLine> below = command.getSubcommands().values().stream().distinct()
                .filter(sub -> !sub.getCommandSpec().usageMessage().hidden())
                .toList();
        String here = path.isEmpty()
                ? "__fish_use_subcommand"
                : path.stream().map(word -> "__fish_seen_subcommand_from " + word).collect(Collectors.joining("; and "));
        String notBelow = below.isEmpty() ? "" : "; and not __fish_seen_subcommand_from "
                + below.stream().map(CommandLine::getCommandName).collect(Collectors.joining(" "));
        for (CommandLine sub : below) {
            script.append("complete -c caution -n '").append(here).append(path.isEmpty() ? "" : notBelow).append("' -a ")
                    .append(sub.getCommandName()).append(" -d ").append(quoted(summary(sub.getCommandSpec()))).append('\n');
        }
        for (OptionSpec option : command.getCommandSpec().options()) {
            if (option.inherited()) {
                continue; // said for all, once
            }
            script.append("complete -c caution");
            if (!path.isEmpty()) {
                script.append(" -n '").append(here).append('\'');
            }
            for (String name : option.names()) {
                script.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
            }
            boolean takesFile = List.of("FILE", "DIR", "PATH").contains(option.paramLabel());
            script.append(option.arity().max() == 0 ? "" : takesFile ? " -r -F" : " -x")
                    .append(" -d ").append(quoted(Arrays.stream(option.description()).findFirst().orElse(""))).append('\n');
        }
        for (CommandLine sub : below) {
            var deeper = new ArrayList<>(path);
            deeper.add(sub.getCommandName());
            fish(sub, deeper, script);
        }
    }

    private static String summary(CommandSpec spec) {
        return Arrays.stream(spec.usageMessage().description()).findFirst().orElse("");
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("${DEFAULT-VALUE}", "") + "'";
    }
}
