package co.caution.cli;

import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.ScopeType;
import tools.jackson.databind.JsonNode;

/** {@code caution releases list|show}. */
@Command(name = "releases", description = "List what was built of an app, show one release. Without a command: list.")
final class ReleasesCommand implements Callable<Integer> {

    /** What a server says must not steer this terminal. */
    private final Output out = new Output(false);

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

    @Command(name = "list", description = "List releases, newest first.")
    int list() {
        ApiClient api = root.context().api(Checkout.find());
        JsonNode releases = api.list(path(api));
        if (json) {
            Output.json(releases);
        } else if (releases.isEmpty()) {
            System.out.println("No releases. A push makes one: git push caution main");
        } else {
            releases.forEach(release -> out.say(line(release)));
        }
        return 0;
    }

    @Command(name = "show", description = "Show one release: its measurements, its image, its manifest.")
    int show(
            @Parameters(paramLabel = "N", description = "Its number, with or without a v in front.") String number,
            @Option(names = "--manifest", description = "Print the manifest, exactly the bytes that are measured, and nothing else.")
                    boolean manifest) {
        if (!number.matches("v?[0-9]{1,9}")) {
            throw new CliException(Errors.USAGE, "A release has a number, such as 3 or v3; '" + number + "' is none.");
        }
        ApiClient api = root.context().api(Checkout.find());
        String path = path(api) + "/" + Integer.parseInt(number.replace("v", ""));
        if (manifest) {
            System.out.writeBytes(api.bytes(path + "/manifest"));
            System.out.flush();
            return 0;
        }
        JsonNode release = api.get(path);
        if (json) {
            Output.json(release);
            return 0;
        }
        out.say("Release:    v" + release.path("number").asInt() + (release.path("runs").asBoolean() ? ", which runs now" : ""));
        out.say("Commit:     " + release.path("commit").asString());
        out.say("Made:       " + release.path("created_at").asString());
        out.say("EnclaveOS:  " + release.path("enclaveos").asString());
        out.say("Image:      " + release.path("eif_size").asLong() + " bytes, SHA-256 " + release.path("eif_sha256").asString()
                + (release.path("image_kept").asBoolean() ? "" : " (no longer kept)"));
        for (String pcr : new String[] {"pcr0", "pcr1", "pcr2"}) {
            out.say(pcr.toUpperCase(Locale.ROOT) + ":       " + release.path(pcr).asString());
        }
        return 0;
    }

    private static String line(JsonNode release) {
        return "v" + release.path("number").asInt() + "  " + release.path("created_at").asString() + "  "
                + release.path("commit").asString().replaceFirst("(?s)(.{7}).*", "$1") + "  PCR0 "
                + release.path("pcr0").asString().replaceFirst("(?s)(.{12}).*", "$1")
                + (release.path("runs").asBoolean() ? "  runs" : "")
                + (release.path("image_kept").asBoolean() ? "" : "  (image no longer kept)");
    }

    private String path(ApiClient api) {
        Optional<Checkout> checkout = Checkout.find();
        return "/api/apps/" + AppLookup.find(api, app, checkout).path("id").asString() + "/releases";
    }
}
