package co.caution.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.ScopeType;
import tools.jackson.databind.JsonNode;

/** {@code caution builds list|output}. */
@Command(name = "builds", description = "List an app's builds and show what they said.")
final class BuildsCommand {

    @ParentCommand
    Caution root;

    @Option(names = "--app", paramLabel = "APP", scope = ScopeType.INHERIT,
            description = "The app's id or name (default: this repository's).")
    String app;

    @Command(name = "list", description = "List builds, newest first.")
    int list(@Option(names = "--json", description = "JSON for machines.") boolean json) {
        ApiClient api = api();
        JsonNode builds = api.get("/api/apps/" + appId(api) + "/builds");
        if (json) {
            Output.json(builds);
            return 0;
        }
        for (JsonNode build : builds) {
            String failed = build.path("failed_phase").asString("");
            System.out.println(build.path("id").asString() + "  " + build.path("created_at").asString() + "  "
                    + build.path("commit").asString().substring(0, 7) + "  " + build.path("state").asString()
                    + (failed.isEmpty() ? "" : " (" + failed + ")"));
        }
        return 0;
    }

    @Command(name = "output", description = "Show everything that a build said.")
    int output(@Parameters(paramLabel = "BUILD", description = "The build's id, as the push printed it.") String build) {
        ApiClient api = api();
        System.out.print(api.text("/api/apps/" + appId(api) + "/builds/" + build + "/output"));
        return 0;
    }

    private String appId(ApiClient api) {
        return AppLookup.find(api, app, Checkout.find()).path("id").asString();
    }

    private ApiClient api() {
        return root.context().api(Checkout.find());
    }
}
