package co.caution.cli;

import co.caution.audit.AuditCheck;
import co.caution.audit.AuditHead;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution audit list|verify|export}. */
@Command(name = "audit", description = "Read the audit log of an organization, and check that nothing of it was changed.")
final class AuditCommand {

    /** As {@code verify} has it: what is shown is not what it says to be. */
    static final int INVALID = 3;

    @ParentCommand
    Caution root;

    /** Whose log. */
    static final class Whose {

        @Option(names = "--org", paramLabel = "NAME", description = MembersCommand.ORG)
        @Nullable String org;

        @Option(names = "--all", description = "The whole log, as the operator, on the server's own machine.")
        boolean all;

        @Option(names = "--home", paramLabel = "DIR", description = "With --all: the server's home (default: ~/.local/share/caution).")
        @Nullable Path home;

        /** @param path of the log there */
        private record Log(ApiClient api, String path) {}

        private Log log(Caution root) {
            if (all ? org != null : home != null) {
                throw new CliException(Errors.USAGE, all ? "Give --org or --all, not both." : "--home is for --all.");
            }
            if (all) {
                return new Log(AdminCommand.api(home == null ? Context.defaultHome() : Surroundings.current().directory().resolve(home)),
                        "/api/admin/audit");
            }
            ApiClient api = root.context().api(Checkout.find());
            return new Log(api, MembersCommand.path(api, org) + "/audit");
        }
    }

    @Command(name = "list", description = "List the newest entries, the newest first.")
    int list(
            @Mixin Whose whose,
            @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = "How many, at most 200 (default: 50); 'export' has all.")
                    int limit,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        if (limit < 1 || limit > 200) {
            throw new CliException(Errors.USAGE, "--limit is a number from 1 to 200.");
        }
        var log = whose.log(root);
        new Output(json).list(log.api().get(log.path() + "?limit=" + limit), "No entries. Nothing was done here that is written down.",
                AuditCommand::line);
        return 0;
    }

    private static String line(JsonNode entry) {
        String details = entry.path("details").properties().stream()
                .map(detail -> detail.getKey() + "=" + detail.getValue().asString("")).collect(Collectors.joining(" "));
        String actor = entry.path("actor").asString("");
        return entry.path("sequence").asLong() + "  " + Times.second(entry.path("at")) + "  " + entry.path("event").asString("")
                + "  " + entry.path("subject").asString("") + "  by " + (actor.isEmpty() ? "" : actor + ", ") + entry.path("by").asString("")
                + (details.isEmpty() ? "" : "  " + details);
    }

    @Command(name = "export", description = "Write the whole log as JSON lines, each with its hash; of other organizations' entries only what the chain needs.")
    int export(
            @Mixin Whose whose,
            @Parameters(paramLabel = "FILE", description = "The file. It must not be there yet.") Path file,
            @Option(names = "--json", description = "JSON for machines.") boolean json)
            throws IOException {
        Path to = Surroundings.current().directory().resolve(file);
        if (Files.exists(to)) {
            throw new CliException(Errors.USAGE, "The file " + file + " is there already; an export overwrites nothing.");
        }
        Path partial = fetch(whose, to.toAbsolutePath().getParent());
        try {
            AuditCheck.Result result = check(partial, null);
            // Also one that is not sound: it is what there is to show.
            Files.move(partial, to, StandardCopyOption.ATOMIC_MOVE);
            return report(result, json, to);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    @Command(name = "verify", description = "Check that every entry follows from those before it, and that an earlier head is still among them.",
            footer = {"", "Keep the head that it prints: given back with --from, no entry up to it can have been changed since.",
                "Exit 3: the log is not what was written; 2: it is sound, and another one than the remembered."})
    int verify(
            @Mixin Whose whose,
            @Parameters(paramLabel = "FILE", arity = "0..1", description = "An exported log, instead of the server's.") @Nullable Path file,
            @Option(names = "--from", paramLabel = "HEAD", description = "An earlier head (NUMBER:HASH), or a file that was exported earlier.")
                    @Nullable String from,
            @Option(names = "--json", description = "JSON for machines.") boolean json)
            throws IOException {
        AuditHead remembered = from == null ? null : remembered(from);
        if (file != null) {
            if (whose.org != null || whose.all || whose.home != null) {
                throw new CliException(Errors.USAGE, "A file is checked as it is: leave out --org, --all and --home.");
            }
            return report(check(Surroundings.current().directory().resolve(file), remembered), json, null);
        }
        Path fetched = fetch(whose, Path.of(System.getProperty("java.io.tmpdir")));
        try {
            return report(check(fetched, remembered), json, null);
        } finally {
            Files.deleteIfExists(fetched);
        }
    }

    /** Into a file that nobody else can read. */
    private Path fetch(Whose whose, Path directory) throws IOException {
        var log = whose.log(root);
        Path file = Files.createTempFile(directory, "audit", ".partial",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (var out = Files.newOutputStream(file)) {
            log.api().download(log.path() + "/export", out, (_, _) -> {});
            return file;
        } catch (IOException | RuntimeException e) {
            Files.delete(file);
            throw e;
        }
    }

    private static AuditHead remembered(String from) throws IOException {
        Optional<AuditHead> head = AuditHead.parse(from);
        if (head.isPresent()) {
            return head.get();
        }
        Path file = Surroundings.current().directory().resolve(from);
        if (!Files.isReadable(file)) {
            throw new CliException(Errors.USAGE, "'" + from + "' is neither a head (NUMBER:HASH, as 'caution audit verify' prints it) nor a file"
                    + " that can be read.");
        }
        if (check(file, null) instanceof AuditCheck.Result.Sound sound && sound.entries() > 0) {
            return sound.head();
        }
        throw new CliException(Errors.USAGE, "The file " + from + " has no head to compare with: it is not an exported log, is empty, or is"
                + " not sound itself (caution audit verify " + from + ").");
    }

    private static AuditCheck.Result check(Path file, @Nullable AuditHead remembered) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            return AuditCheck.check(lines, remembered);
        }
    }

    private static int report(AuditCheck.Result result, boolean json, @Nullable Path file) {
        Map<String, Object> fields = switch (result) {
            case AuditCheck.Result.Sound sound -> Output.ordered("sound", true, "file", file, "entries", sound.entries(), "shown", sound.shown(),
                    "head", sound.head().toString());
            case AuditCheck.Result.Broken broken -> Output.ordered("sound", false, "file", file, "first_wrong", broken.sequence(), "why", broken.why());
            case AuditCheck.Result.Rewritten other -> Output.ordered("sound", false, "file", file, "remembered", other.remembered().toString(),
                    "why", other.why());
        };
        if (json) {
            Output.json(fields);
        }
        var output = new Output(json);
        if (file != null) {
            output.say("Exported: " + file);
        }
        return switch (result) {
            case AuditCheck.Result.Sound sound -> {
                output.say(sound.entries() == 0 ? "Sound: nothing is written in it yet."
                        : "Sound: " + sound.entries() + " entries, each follows from those before it; " + sound.shown() + " are shown whole.");
                output.say("Head: " + sound.head());
                yield 0;
            }
            case AuditCheck.Result.Broken broken -> {
                output.say(Style.red("NOT SOUND") + ": entry " + broken.sequence() + ": " + broken.why() + ".");
                yield INVALID;
            }
            case AuditCheck.Result.Rewritten other -> {
                output.say(Style.red("REWRITTEN") + ": " + other.why() + ".");
                yield Errors.DIFFERENT;
            }
        };
    }
}
