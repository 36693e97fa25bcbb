package co.caution.cli;

import co.caution.Version;
import co.caution.build.Pipeline;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** {@code caution version}: which images this CLI can reproduce. */
@Command(name = "version", description = "Show the version, and which pipeline it reproduces.")
final class VersionCommand implements Callable<Integer>, IVersionProvider {

    static final String VERSION = Version.NUMBER;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    @Override
    public Integer call() {
        if (json) {
            Output.json(Map.of("version", VERSION, "pipeline", Pipeline.VERSION));
        } else {
            System.out.println(getVersion()[0]);
        }
        return 0;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"caution " + VERSION + " (pipeline " + Pipeline.VERSION + ")"};
    }
}
