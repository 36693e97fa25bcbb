package co.caution.cli;

import co.caution.build.Text;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution status}: whether what is live is what lies here; outside of an app's repository, how all apps are. */
@Command(
        name = "status",
        description = "Show how this repository's app is, and whether what is live is what you have here. Elsewhere: all your apps.",
        footer = {
            "",
            "Exit codes: 0 running, and of HEAD; 2 running, but of another commit; 3 not running; 64 usage; 1 anything else.",
            "Without an app's repository: 0 when every app that has a release runs, else 3. This is the server's word;",
            "'caution verify' checks it."
        })
final class StatusCommand implements Callable<Integer> {

    static final int OTHER_COMMIT = 2;
    static final int NOT_RUNNING = 3;
    private static final int SHORT = 7;

    @ParentCommand
    Caution root;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    @Override
    public Integer call() {
        Optional<Checkout> checkout = Checkout.find();
        ApiClient api = root.context().api(checkout);
        return checkout.isPresent() && checkout.get().appId() != null ? app(api, checkout.get()) : all(api);
    }

    private int app(ApiClient api, Checkout checkout) {
        JsonNode app = AppLookup.find(api, null, Optional.of(checkout));
        JsonNode builds = new Builds(api, app.path("id").asString()).all();
        String live = app.at("/release/commit").asString("");
        Here here = Here.of(checkout, live);
        boolean running = app.path("state").asString().equals("running");
        boolean same = running && live.equals(here.commit());
        int exitCode = !running ? NOT_RUNNING : same ? 0 : OTHER_COMMIT;
        if (json) {
            Output.json(Output.ordered("server", api.server(), "app", app,
                    "head", here.commit() == null ? null : Map.of("commit", here.commit(), "live", same, "uncommitted_changes", here.changed()),
                    "last_build", builds.isEmpty() ? null : builds.get(0), "exit_code", exitCode));
            return exitCode;
        }
        String state = Text.printable(app.path("state").asString());
        line("App", app.path("resource_name").asString() + " (" + app.path("id").asString() + ")");
        line("Server", api.server());
        line("State", running ? Style.green(state) : Style.yellow(state));
        if (!running) {
            line("Reason", app.path("reason").asString(""));
        }
        if (!live.isEmpty()) {
            line("Release", "v" + app.at("/release/number").asInt() + " of commit " + brief(live));
        }
        line("Here", here(here, live, same));
        if (running) {
            line("Application", app.path("application_url").asString(""));
        }
        line("Attestation", app.path("attestation_url").asString(""));
        if (!builds.isEmpty()) {
            JsonNode last = builds.get(0);
            line("Last build", last.path("state").asString() + ", of " + brief(last.path("commit").asString()) + ", "
                    + last.path("created_at").asString() + ": caution builds output " + last.path("id").asString().substring(0, 8));
        }
        return exitCode;
    }

    private static String here(Here here, String live, boolean same) {
        if (here.commit() == null) {
            return "nothing is committed yet";
        }
        String changed = here.changed() ? ", and there are changes that are not committed" : "";
        if (same) {
            return "HEAD is what is live" + changed;
        }
        String head = "HEAD is " + brief(here.commit());
        if (live.isEmpty()) {
            return head + ", nothing was deployed yet" + changed;
        }
        String far = here.distance() == null
                ? " (this repository does not have that commit)"
                : " (" + here.distance().ahead() + " commits ahead, " + here.distance().behind() + " behind)";
        return head + ", not what was deployed" + far + changed;
    }

    private int all(ApiClient api) {
        JsonNode apps = api.list("/api/apps");
        boolean down = apps.valueStream().anyMatch(app -> app.has("release") && !app.path("state").asString().equals("running"));
        if (json) {
            Output.json(Output.ordered("server", api.server(), "apps", apps, "exit_code", down ? NOT_RUNNING : 0));
        } else {
            line("Server", api.server());
            for (JsonNode app : apps) {
                new Output(false).say("  " + AppsCommand.line(app));
            }
            if (apps.isEmpty()) {
                System.out.println("No apps. In an app's repository, run 'caution init'.");
            }
        }
        return down ? NOT_RUNNING : 0;
    }

    private static String brief(String commit) {
        return commit.length() > SHORT ? commit.substring(0, SHORT) : commit;
    }

    /** Part of it is what a server says: it must not steer this terminal. */
    private static void line(String name, String value) {
        if (!value.isEmpty()) {
            System.out.printf("%-13s%s%n", name + ":", name.equals("State") ? value : Text.printable(value));
        }
    }
}
