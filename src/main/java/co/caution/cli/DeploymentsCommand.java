package co.caution.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution deployments list}. */
@Command(name = "deployments", description = "List each run of an app's releases in an enclave. Without a command: list.")
final class DeploymentsCommand implements Callable<Integer> {

    @ParentCommand
    Caution root;

    @Mixin
    OfApp of;

    @Override
    public Integer call() {
        return list();
    }

    @Command(name = "list", description = "List deployments, newest first: when each began, was live and ended, and why.")
    int list() {
        var at = of.find(root);
        new Output(of.json).list(at.api().list(at.path() + "/deployments"), "No deployments. A push makes one: git push caution main",
                DeploymentsCommand::line);
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
