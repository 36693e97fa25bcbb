package co.caution.cli;

import co.caution.ConfigurationSources;
import co.caution.ConfigurationSources.Setting;
import co.caution.Restoration;
import co.caution.backup.Restore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code caution admin restore}: into an empty home, before the service starts. */
@Command(name = "restore", description = "Put a backup into an empty home (and an empty database, where an outside one is configured).")
final class RestoreCommand implements Callable<Integer> {

    @ParentCommand
    AdminCommand root;

    @Parameters(paramLabel = "FILE", description = "What 'caution admin backup' wrote.")
    Path file;

    @Option(names = "--home", paramLabel = "DIR", description = "The server's home, empty or not there yet (default: ~/.local/share/caution).")
    Path home;

    @Option(names = "--config", paramLabel = "FILE", description = "The server's file of caution.* properties, where it has one.")
    @Nullable Path config;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Files.isReadable(file)) {
            throw new CliException(Errors.USAGE, "The file " + file + " cannot be read (or is not there).");
        }
        Path to = (home == null ? Context.defaultHome() : home).toAbsolutePath();
        var bar = new ProgressBar();
        Restore.Summary summary;
        try {
            summary = Restoration.run(settings(to), file, fraction -> bar.show("Restoring", fraction));
        } finally {
            bar.end();
        }
        if (json) {
            Output.json(Map.of("home", to.toString(), "created_at", summary.createdAt(), "entries", summary.entries(), "schema",
                    summary.schema()));
            return 0;
        }
        System.out.println("Restored: " + to + ", as of " + summary.createdAt() + " (" + summary.entries() + " entries, each as it was)");
        System.out.println("Start it with the settings of before: caution server --home " + to);
        return 0;
    }

    private ConfigurationSources settings(Path to) {
        return new ConfigurationSources(List.of(new Setting("caution.home", to.toString(), "--home")), List.of(), config,
                List.of(new Setting("caution.cache", root.root.context().cache().toString(), "default")));
    }
}
