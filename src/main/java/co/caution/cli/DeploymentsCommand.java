package co.caution.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.ScopeType;
import tools.jackson.databind.JsonNode;

/** {@code caution deployments list}. */
@Command(name = "deployments", description = "List each run of an app's releases in an enclave. Without a command: list.")
final class DeploymentsCommand implements Callable<Integer> {

    @ParentCommand
    Caution root;

    @Option(names = "--app", paramLabel = "APP", scope = ScopeType.INHERIT,
            description = "The app's id or name (default: this repository's).")
    String app;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "JSON for machines.")
    boolean json;

    @Override
    public Integer call() {
        return list();
    }

    @Command(name = "list", description = "List deployments, newest first: when each began, was live and ended, and why.")
    int list() {
        ApiClient api = root.context().api(Checkout.find());
        JsonNode deployments = api.list("/api/apps/" + AppLookup.find(api, app, Checkout.find()).path("id").asString() + "/deployments");
        if (json) {
            Output.json(deployments);
        } else if (deployments.isEmpty()) {
            System.out.println("No deployments. A push makes one: git push caution main");
        } else {
            var out = new Output(false);
            deployments.forEach(deployment -> out.say(line(deployment)));
        }
        return 0;
    }

    private static String line(JsonNode deployment) {
        String reason = deployment.path("reason").asString("").lines().findFirst().orElse("");
        return deployment.path("created_at").asString() + "  v" + deployment.path("release").asInt() + "  "
                + deployment.path("state").asString()
                + (deployment.has("ended_at") ? ", ended " + deployment.path("ended_at").asString() : "")
                + (reason.isEmpty() ? "" : ": " + reason);
    }
}
