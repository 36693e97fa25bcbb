package co.caution.cli;

import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution apps list|get|branch|rename|download-eif|destroy}. */
@Command(name = "apps", description = "List, show, change and destroy apps.", subcommands = DownloadEifCommand.class)
final class AppsCommand {

    @ParentCommand
    Caution root;

    @Command(name = "list", description = "List your apps.")
    int list(@Option(names = "--json", description = "JSON for machines.") boolean json) {
        JsonNode apps = api().list("/api/apps");
        if (json) {
            Output.json(apps);
        } else if (apps.isEmpty()) {
            say("No apps. In an app's repository, run 'caution init'.");
        } else {
            say("Apps:");
            for (JsonNode app : apps) {
                say("  " + line(app));
            }
        }
        return 0;
    }

    @Command(name = "get", description = "Show one app.")
    int get(
            @Parameters(paramLabel = "APP", arity = "0..1", description = "Its id or name (default: this repository's).")
                    String app,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        JsonNode found = AppLookup.find(api(), app, Checkout.find());
        if (json) {
            Output.json(found);
            return 0;
        }
        say("Name:        " + found.path("resource_name").asString());
        if (found.has("former_names")) {
            say("Formerly:    " + String.join(", ", found.path("former_names").valueStream().map(JsonNode::asString).toList()));
        }
        say("ID:          " + found.path("id").asString());
        say("State:       " + summary(found));
        line("Reason:      ", found.path("reason"));
        if (found.has("on_its_way")) {
            JsonNode next = found.path("on_its_way");
            say("On its way:  " + (next.has("release") ? "v" + next.path("release").asInt() + ", " : "") + "build "
                    + next.path("build").asString() + " of commit " + next.path("commit").asString());
        }
        line("Branch:      ", found.path("deploy_branch"));
        say("Git URL:     " + found.path("git_url").asString());
        line("Application: ", found.path("application_url"));
        line("Attestation: ", found.path("attestation_url"));
        if (found.has("channel_url")) {
            say("Channel:     " + found.path("channel_url").asString() + " (TLS that ends in the enclave; evidence names its key)");
        }
        JsonNode release = found.path("release");
        if (!release.isMissingNode()) {
            say("Release:     v" + release.path("number").asInt() + " of commit " + release.path("commit").asString());
            for (String pcr : new String[] {"pcr0", "pcr1", "pcr2"}) {
                say("  " + pcr.toUpperCase(Locale.ROOT) + ": " + release.path(pcr).asString());
            }
        }
        return 0;
    }

    @Command(name = "branch", description = "Make another branch the one whose pushes deploy. What is live stays live until then.")
    int branch(
            @Parameters(paramLabel = "BRANCH", description = "The branch.") String branch,
            @Option(names = "--app", paramLabel = "APP", description = "The app's id or name (default: this repository's).")
                    String app,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        ApiClient api = api();
        JsonNode found = AppLookup.find(api, app, Checkout.find());
        JsonNode changed = api.patch("/api/apps/" + found.path("id").asString(), Map.of("deploy_branch", branch));
        if (json) {
            Output.json(changed);
            return 0;
        }
        String now = changed.path("deploy_branch").asString();
        say(changed.path("resource_name").asString() + " deploys from " + now + " now. To deploy it:");
        say("  git push caution " + now);
        say("If git finds everything up-to-date, the server has those commits; add one: git commit --allow-empty");
        return 0;
    }

    @Command(name = "rename", description = "Give an app another name. The old one still leads to it, and to no other app while it lives.")
    int rename(
            @Parameters(paramLabel = "APP", description = "The app's id or name.") String app,
            @Parameters(paramLabel = "NAME", description = "The name that it is to have.") String name,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        ApiClient api = api();
        JsonNode found = AppLookup.find(api, app, Checkout.find());
        JsonNode changed = api.patch("/api/apps/" + found.path("id").asString(), Map.of("name", name));
        if (json) {
            Output.json(changed);
        } else {
            say(found.path("resource_name").asString() + " is named " + changed.path("resource_name").asString()
                    + " now. Its id, git remote and URLs stay as they are.");
        }
        return 0;
    }

    @Command(name = "destroy", description = "Stop an app's enclave and remove the app.")
    int destroy(
            @Parameters(paramLabel = "APP", arity = "0..1", description = "Its id or name (default: this repository's).")
                    String app,
            @Option(names = "--confirm", paramLabel = "NAME", description = "The app's name, to go ahead without being asked.")
                    String confirm,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        ApiClient api = api();
        JsonNode found = AppLookup.find(api, app, Checkout.find());
        String name = found.path("resource_name").asString();
        String typed = confirm;
        if (typed == null && !json && System.console() != null && System.console().isTerminal()) {
            typed = System.console().readLine("This stops %s for everyone. Type its name to go ahead: ", name);
        }
        if (!name.equals(typed)) {
            throw new CliException(Errors.USAGE, "Nothing was destroyed. To go ahead: caution apps destroy "
                    + found.path("id").asString() + " --confirm " + name);
        }
        api.delete("/api/apps/" + found.path("id").asString());
        if (json) {
            Output.json(Output.ordered("id", found.path("id").asString(), "resource_name", name, "destroyed", true));
        } else {
            say("Destroyed " + name + ".");
        }
        return 0;
    }

    ApiClient api() {
        return root.context().api(Checkout.find());
    }

    private static String summary(JsonNode app) {
        JsonNode release = app.path("release");
        return app.path("state").asString() + (release.isMissingNode() ? "" : ", v" + release.path("number").asInt())
                + (app.path("state").asString().equals("running") && app.has("application_url")
                        ? ", " + app.path("application_url").asString()
                        : "")
                + (app.has("restarts") ? ", restart " + app.path("restarts").asInt() : "");
    }

    /** One app among several. */
    static String line(JsonNode app) {
        return app.path("id").asString() + " - " + app.path("resource_name").asString() + " (" + summary(app) + ")";
    }

    /** The server's words: they must not steer this terminal. */
    private static void say(String line) {
        new Output(false).say(line);
    }

    private static void line(String label, JsonNode value) {
        if (!value.asString("").isEmpty()) {
            say(label + value.asString());
        }
    }
}
