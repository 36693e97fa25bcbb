package co.caution.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code caution cloud-accounts list|add|check|remove}. */
@Command(name = "cloud-accounts", description = "Connect an organization's accounts at AWS. Enclaves are not started there yet.")
final class CloudAccountsCommand {

    private static final String ORG = "The organization (default: your own).";

    @ParentCommand
    Caution root;

    @Command(name = "list", description = "List an organization's cloud accounts, and what the last check of each found.")
    int list(
            @Option(names = "--org", paramLabel = "NAME", description = ORG) String org,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        ApiClient api = api();
        new Output(json).list(api.list(path(api, org)),
                "No cloud accounts. An owner connects one: caution cloud-accounts add ROLE_ARN --region REGION",
                account -> account.path("id").asString() + "  " + account.path("role_arn").asString() + "  " + account.path("region").asString()
                        + "  " + account.path("state").asString() + "  checked " + Times.day(account.path("checked_at"), "never"));
        return 0;
    }

    @Command(name = "add", description = "Connect a role in an AWS account, and print the trust policy to give it.")
    int add(
            @Parameters(paramLabel = "ROLE_ARN", description = "arn:aws:iam::123456789012:role/NAME; it need not be there yet.") String role,
            @Option(names = "--region", paramLabel = "REGION", required = true, description = "Where enclaves are to run: eu-central-1.") String region,
            @Option(names = "--org", paramLabel = "NAME", description = ORG) String org,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        ApiClient api = api();
        JsonNode made = api.create(path(api, org), Map.of("role_arn", role, "region", region));
        if (json) {
            Output.json(made);
            return 0;
        }
        say("Give the role this trust policy (IAM, the role, trust relationships):");
        new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(made.path("trust_policy")).lines().forEach(CloudAccountsCommand::say);
        say("Then: caution cloud-accounts check " + made.path("id").asString() + (org == null ? "" : " --org " + org));
        return 0;
    }

    @Command(name = "check", description = "Ask AWS whether the service can take on the role, and only with its external id. Exit 1 unless so.")
    int check(
            @Parameters(paramLabel = "ID", description = "Its id, or the beginning of it.") String id,
            @Option(names = "--org", paramLabel = "NAME", description = ORG) String org,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        ApiClient api = api();
        String path = path(api, org);
        JsonNode checked = api.post(path + "/" + find(api, path, id) + "/check", Map.of());
        if (json) {
            Output.json(checked);
        } else {
            say(checked.path("state").asString() + ": " + checked.path("reason").asString());
        }
        return checked.path("state").asString().equals("connected") ? 0 : 1;
    }

    @Command(name = "remove", description = "Forget a cloud account. The role stays in the account, and can be removed there.")
    int remove(
            @Parameters(paramLabel = "ID", description = "Its id, or the beginning of it.") String id,
            @Option(names = "--org", paramLabel = "NAME", description = ORG) String org,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        ApiClient api = api();
        String path = path(api, org);
        String found = find(api, path, id);
        api.delete(path + "/" + found);
        if (json) {
            Output.json(Output.ordered("id", found, "removed", true));
        } else {
            say("Removed " + found + ".");
        }
        return 0;
    }

    private static String find(ApiClient api, String path, String id) {
        return api.idIn(path, id, "cloud account", "'caution cloud-accounts list' shows those that there are.");
    }

    private static String path(ApiClient api, String org) {
        return MembersCommand.path(api, org) + "/cloud-accounts";
    }

    private ApiClient api() {
        return root.context().api(Checkout.find());
    }

    private static void say(String line) {
        new Output(false).say(line);
    }
}
