package co.caution.cli;

import co.caution.build.Text;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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

    @Option(names = "--app", paramLabel = "APP", description = "The app's id or name (default: this repository's).")
    @Nullable String app;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    @Override
    public Integer call() {
        Optional<Checkout> checkout = Checkout.find();
        ApiClient api = root.context().api(checkout);
        String id = AppLookup.find(api, app, checkout).path("id").asString();
        String path = "/api/apps/" + id;
        int number = to != null ? to : before(api, path);
        JsonNode started = api.create(path + "/deployments", Map.of("release", number));
        var builds = new Builds(api, id);
        builds.follow(builds.find(started.path("build").asString()), true, line -> {
            if (!json) {
                System.out.println(Text.printable(line));
            }
        });
        JsonNode release = api.get(path + "/releases/" + number);
        boolean runs = release.path("runs").asBoolean();
        if (json) {
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
