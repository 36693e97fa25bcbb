package co.caution.cli;

import co.caution.build.BuildException;
import co.caution.build.BuildHome;
import co.caution.build.BuildLimits;
import co.caution.build.BuildListener;
import co.caution.build.Builder;
import co.caution.build.Conformance;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code caution builders}: which tools may build here. */
@Command(name = "builders", description = "Say which container builders may be used here, and find out.")
final class BuildersCommand {

    @ParentCommand
    Caution root;

    @Command(name = "list", description = "Show what is installed, and what is known of it.")
    int list(@Option(names = "--json", description = "JSON for machines.") boolean json) throws IOException, InterruptedException {
        var builders = new ArrayList<Map<String, Object>>();
        for (Builder builder : Builder.values()) {
            var version = builder.version();
            var view = new LinkedHashMap<String, Object>();
            view.put("name", builder.tool());
            view.put("version", version.orElse(builder == Builder.DOCKER ? "no engine answers" : "not installed"));
            view.put("use", version.isEmpty() ? "no" : builder == Builder.BUILDAH ? "always" : conformance().remembered(builder)
                    .map(result -> result.conforms() ? "with --builder " + builder.tool() : "refused: " + result.difference().orElseThrow())
                    .orElse("after: caution builders check " + builder.tool()));
            builders.add(view);
        }
        if (json) {
            Output.json(builders);
        } else {
            builders.forEach(view -> System.out.printf("%-8s %-24s %s%n", view.get("name"), view.get("version"), view.get("use")));
        }
        return 0;
    }

    @Command(
            name = "check",
            description = "Build a few Containerfiles with it and compare every file with what the measured builder makes. The outcome"
                    + " is remembered for this version. Exit code 2 when something differs.")
    int check(
            @Parameters(paramLabel = "BUILDER", description = "buildah, podman or docker.") Builder builder,
            @Option(names = "--json", description = "JSON for machines.") boolean json)
            throws BuildException, IOException, InterruptedException {
        Conformance.Result result = conformance().check(builder, BuildLimits.defaults(), BuildListener.SILENT);
        if (json) {
            var view = new LinkedHashMap<String, Object>();
            view.put("name", builder.tool());
            view.put("version", result.version());
            view.put("conforms", result.conforms());
            result.difference().ifPresent(difference -> view.put("difference", difference));
            Output.json(view);
        } else if (result.conforms()) {
            System.out.println(result.version() + " makes the same files as the measured builder. Use it with --builder " + builder.tool() + ".");
        } else {
            System.out.println(result.version() + " makes other files and is refused: " + result.difference().orElseThrow());
        }
        return result.conforms() ? 0 : 2;
    }

    private Conformance conformance() {
        return new Conformance(new BuildHome(root.context().cache()));
    }
}
