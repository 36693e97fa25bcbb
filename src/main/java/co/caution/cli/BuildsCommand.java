package co.caution.cli;

import co.caution.build.Text;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution builds list|output|cancel}. */
@Command(name = "builds", description = "List an app's builds, show what they said, cancel one. Without a command: list.")
final class BuildsCommand implements Callable<Integer> {

    /** What a server says must not steer this terminal. */
    private final Output out = new Output(false);

    private static final String BUILD = "The build's id or the start of it, as the push printed it";

    @ParentCommand
    Caution root;

    @Mixin
    OfApp of;

    @Override
    public Integer call() {
        return list();
    }

    @Command(name = "list", description = "List builds, newest first.")
    int list() {
        JsonNode builds = builds().all();
        new Output(of.json).list(builds, "No builds. A push makes one: git push caution main", BuildsCommand::line);
        return 0;
    }

    @Command(name = "output", description = "Show everything that a build said.")
    int output(
            @Parameters(paramLabel = "BUILD", arity = "0..1", description = BUILD + " (default: the newest).") String build,
            @Option(names = {"-f", "--follow"},
                    description = "Go on until the build is over; exit 0 when it succeeded, 1 when not.")
                    boolean follow,
            @Option(names = "--restart", description = "What was said when its release was last started again.")
                    boolean restart) {
        if (follow && restart) {
            throw new CliException(Errors.USAGE, "-f follows a build; --restart shows a start that is over. Leave one out.");
        }
        Builds builds = builds();
        JsonNode found = builds.find(build);
        if (follow) {
            JsonNode ended = builds.follow(found, line -> System.out.println(of.json ? Output.line(Map.of("line", line)) : Text.printable(line)));
            if (of.json) {
                System.out.println(Output.line(Map.of("build", ended)));
            }
            return ended.path("state").asString().equals("succeeded") ? 0 : 1;
        }
        var lines = builds.output(found, 0, 0, restart).lines();
        if (of.json) {
            Output.json(Map.of("build", found, "lines", lines));
        } else {
            lines.forEach(out::say);
        }
        return 0;
    }

    @Command(name = "cancel", description = "Stop a build that waits or is at work. What is live stays live.")
    int cancel(@Parameters(paramLabel = "BUILD", description = BUILD + ".") String build) {
        Builds builds = builds();
        JsonNode ended = builds.cancel(builds.find(build));
        if (of.json) {
            Output.json(ended);
        } else {
            out.say(line(ended));
        }
        return ended.path("state").asString().equals("cancelled") ? 0 : 1;
    }

    private static String line(JsonNode build) {
        String failed = build.path("failed_phase").asString("");
        return build.path("id").asString() + "  " + build.path("created_at").asString() + "  "
                + build.path("commit").asString().replaceFirst("(?s)(.{7}).*", "$1") + "  " + build.path("state").asString()
                + (failed.isEmpty() ? "" : " (" + failed + ")");
    }

    private Builds builds() {
        var at = of.find(root);
        return new Builds(at.api(), at.id());
    }
}
