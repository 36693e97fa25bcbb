package co.caution.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution releases list|show}. */
@Command(name = "releases", description = "List what was built of an app, show one release. Without a command: list.")
final class ReleasesCommand implements Callable<Integer> {

    /** What a server says must not steer this terminal. */
    private final Output out = new Output(false);

    @ParentCommand
    Caution root;

    @Mixin
    OfApp of;

    @Override
    public Integer call() {
        return list();
    }

    @Command(name = "list", description = "List releases, newest first.")
    int list() {
        var at = of.find(root);
        new Output(of.json).list(at.api().list(at.path() + "/releases"), "No releases. A push makes one: git push caution main", ReleasesCommand::line);
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
        var at = of.find(root);
        String path = at.path() + "/releases/" + Integer.parseInt(number.replace("v", ""));
        if (manifest) {
            System.out.writeBytes(at.api().bytes(path + "/manifest"));
            System.out.flush();
            return 0;
        }
        JsonNode release = at.api().get(path);
        if (of.json) {
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
}
