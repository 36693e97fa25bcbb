package co.caution.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution orgs list|create|leave}. */
@Command(name = "orgs", description = "List, make and leave the organizations that apps belong to.")
final class OrgsCommand {

    @ParentCommand
    Caution root;

    @Command(name = "list", description = "List the organizations that you are in, your own first.")
    int list(@Option(names = "--json", description = "JSON for machines.") boolean json) {
        new Output(json).list(root.context().api(Checkout.find()).list("/api/organizations"),
                "No organizations. To make one: caution orgs create NAME",
                organization -> organization.path("name").asString() + "  " + organization.path("role").asString());
        return 0;
    }

    @Command(name = "create", description = "Make an organization, whose owner you are.")
    int create(
            @Parameters(paramLabel = "NAME", description = "Its name.") String name,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        JsonNode made = root.context().api(Checkout.find()).create("/api/organizations", Map.of("name", name));
        if (json) {
            Output.json(made);
            return 0;
        }
        new Output(false).say("Made " + made.path("name").asString() + ". An app of its: caution init --org " + name);
        new Output(false).say("Let others in: caution members invite member --org " + name);
        return 0;
    }

    @Command(name = "leave", description = "Leave an organization.")
    int leave(
            @Parameters(paramLabel = "NAME", description = "Its name.") String name,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        root.context().api(Checkout.find()).delete("/api/organizations/" + MembersCommand.word(name) + "/membership");
        if (json) {
            Output.json(Output.ordered("name", name, "left", true));
        } else {
            new Output(false).say("You have left " + name + ".");
        }
        return 0;
    }
}
