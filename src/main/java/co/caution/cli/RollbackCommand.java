package co.caution.cli;

import co.caution.build.Text;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution rollback}: what ran before, as it was built. */
@Command(
        name = "rollback",
        description = "Run a release that was built before, attested anew before it gets any traffic: the same bytes, the same PCRs.",
        footer = {"", "The branch stays where it is. Exit codes: 0 it runs; 1 it does not, and what ran still does."})
final class RollbackCommand implements Callable<Integer> {

    @ParentCommand
    Caution root;

    @Option(names = "--to", paramLabel = "N", description = "The release's number (default: the one that ran before this one).")
    @Nullable Integer to;

    @Mixin
    OfApp of;

    @Override
    public Integer call() {
        var at = of.find(root);
        ApiClient api = at.api();
        String path = at.path();
        int number = to != null ? to : before(api, path);
        JsonNode started = api.create(path + "/deployments", Map.of("release", number));
        var builds = new Builds(api, at.id());
        builds.follow(builds.find(started.path("build").asString()), true, line -> {
            if (!of.json) {
                System.out.println(Text.printable(line));
            }
        });
        JsonNode release = api.get(path + "/releases/" + number);
        boolean runs = release.path("runs").asBoolean();
        if (of.json) {
            Output.json(Output.ordered("release", release, "exit_code", runs ? 0 : 1));
        }
        return runs ? 0 : 1;
    }

    /** The newest that was live, other than the one that is or was last. */
    private static int before(ApiClient api, String path) {
        var live = api.list(path + "/deployments").valueStream()
                .filter(deployment -> deployment.has("live_at"))
                .map(deployment -> deployment.path("release").asInt())
                .toList();
        return live.stream().filter(number -> !number.equals(live.getFirst())).findFirst().orElseThrow(() -> new CliException(
                "not_found", "There is no release to go back to: only what ran last was ever live. 'caution releases list' shows what was built."));
    }
}
