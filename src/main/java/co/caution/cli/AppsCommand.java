package co.caution.cli;

import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution apps list|get|destroy}. */
@Command(name = "apps", description = "List, show and destroy apps.")
final class AppsCommand {

    @ParentCommand
    Caution root;

    @Command(name = "list", description = "List your apps.")
    int list(@Option(names = "--json", description = "JSON for machines.") boolean json) {
        JsonNode apps = api().get("/api/apps");
        if (json) {
            Output.json(apps);
        } else if (apps.isEmpty()) {
            System.out.println("No apps. In an app's repository, run 'caution init'.");
        } else {
            System.out.println("Apps:");
            for (JsonNode app : apps) {
                System.out.println("  " + app.path("id").asString() + " - " + app.path("resource_name").asString() + " ("
                        + summary(app) + ")");
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
        System.out.println("Name:        " + found.path("resource_name").asString());
        System.out.println("ID:          " + found.path("id").asString());
        System.out.println("State:       " + summary(found));
        line("Reason:      ", found.path("reason"));
        System.out.println("Git URL:     " + found.path("git_url").asString());
        line("Application: ", found.path("application_url"));
        line("Attestation: ", found.path("attestation_url"));
        JsonNode release = found.path("release");
        if (!release.isMissingNode()) {
            System.out.println("Release:     v" + release.path("number").asInt() + " of commit " + release.path("commit").asString());
            for (String pcr : new String[] {"pcr0", "pcr1", "pcr2"}) {
                System.out.println("  " + pcr.toUpperCase(Locale.ROOT) + ": " + release.path(pcr).asString());
            }
        }
        return 0;
    }

    @Command(name = "destroy", description = "Stop an app's enclave and remove the app.")
    int destroy(
            @Parameters(paramLabel = "APP", arity = "0..1", description = "Its id or name (default: this repository's).")
                    String app,
            @Option(names = "--confirm", paramLabel = "NAME", description = "The app's name, to go ahead without being asked.")
                    String confirm) {
        ApiClient api = api();
        JsonNode found = AppLookup.find(api, app, Checkout.find());
        String name = found.path("resource_name").asString();
        String typed = confirm;
        if (typed == null && System.console() != null && System.console().isTerminal()) {
            typed = System.console().readLine("This stops %s for everyone. Type its name to go ahead: ", name);
        }
        if (!name.equals(typed)) {
            throw new CliException(Errors.USAGE, "Nothing was destroyed. To go ahead: caution apps destroy "
                    + found.path("id").asString() + " --confirm " + name);
        }
        api.delete("/api/apps/" + found.path("id").asString());
        System.out.println("Destroyed " + name + ".");
        return 0;
    }

    private ApiClient api() {
        return root.context().api(Checkout.find());
    }

    private static String summary(JsonNode app) {
        JsonNode release = app.path("release");
        return app.path("state").asString() + (release.isMissingNode() ? "" : ", v" + release.path("number").asInt())
                + (app.path("state").asString().equals("running") && app.has("application_url")
                        ? ", " + app.path("application_url").asString()
                        : "");
    }

    private static void line(String label, JsonNode value) {
        if (!value.asString("").isEmpty()) {
            System.out.println(label + value.asString());
        }
    }
}
