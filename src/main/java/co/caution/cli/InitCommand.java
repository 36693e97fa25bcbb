package co.caution.cli;

import co.caution.project.DeploymentFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution init}: makes this repository an app, or links it again to the app that it is. */
@Command(name = "init", description = "Make this git repository an app: Procfile, .caution/deployment.json, remote 'caution'.",
        footer = {"", "Run again, it links the repository to the same app. It never makes a second one unless told so (--new)."})
final class InitCommand implements Callable<Integer> {

    static final String REMOTE = Remote.NAME;

    @ParentCommand
    Caution root;

    @Option(names = "--name", paramLabel = "NAME", description = "The new app's name (default: the directory's).")
    String name;

    @Option(names = "--org", paramLabel = "NAME", description = "The organization that the new app is to belong to (default: your own).")
    String org;

    @Option(names = "--app", paramLabel = "APP", description = "Link to this app of yours, by its id or name, instead of making one.")
    String app;

    @Option(names = "--new", description = "Forget the app that this repository is linked to, and make another.")
    boolean fresh;

    @Option(names = "--containerfile", paramLabel = "PATH",
            description = "The Containerfile to build, or its directory (default: Containerfile, else Dockerfile, at the top).")
    Path containerfile;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    private final List<String> notes = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        var out = new Output(json);
        if (app != null && (fresh || name != null || org != null)) {
            throw new CliException(Errors.USAGE, "--app links to an app that there is; --new, --name and --org make one. Give one or the other.");
        }
        Checkout checkout = Checkout.require();
        Path top = checkout.root();
        var remote = Remote.of(top);
        ApiClient api = root.context().api(Optional.of(checkout));
        out.say("Initializing new deployment...");
        out.say("Git repository found");
        Optional<ProcfileProposal> procfile = procfile(top, out);

        var link = new Link(api, checkout, remote);
        Optional<JsonNode> known = fresh ? Optional.empty() : link.app(app);
        if (known.isPresent() && name != null && !name.equals(known.get().path("resource_name").asString())) {
            throw new CliException(Errors.USAGE, "This repository belongs to app '" + known.get().path("resource_name").asString()
                    + "' already; --name does not rename it. Leave --name out to link it again.");
        }
        // Before anything is made on the server: what cannot be written here must not leave an app behind there.
        if (procfile.isPresent()) {
            Files.writeString(top.resolve("Procfile"), procfile.get().text());
        }
        JsonNode linked = known.isPresent() ? known.get() : create(api, top);
        String id = linked.path("id").asString();
        out.say(known.isEmpty() ? "App created!" : "App re-linked successfully!");
        out.say("ID: " + id);
        out.say("Name: " + linked.path("resource_name").asString());
        out.say("State: " + linked.path("state").asString());
        String gitUrl = linked.path("git_url").asString();
        out.say("Git URL: " + gitUrl);

        // First, as it may be refused: then nothing here names that server.
        String remoteChange = remote.leadTo(gitUrl);
        if (checkout.server() != null && !checkout.server().equals(api.server())) {
            notes.add("This repository named " + checkout.server() + " as its server; it names " + api.server() + " now.");
        }
        String attestation = linked.path("attestation_url").asString("");
        var deployment = checkout.deployment().withResourceId(id).withServer(api.server());
        (attestation.isEmpty() ? deployment : deployment.withAttestationUrl(attestation)).write(top);
        switch (remoteChange) {
            case "added" -> out.say("Added git remote 'caution': " + gitUrl);
            case "changed" -> out.say("Git remote 'caution' now leads to: " + gitUrl + " (was " + remote.url() + ")");
            default -> { /* nothing to say */ }
        }
        Optional<String> pinned = attestation.isEmpty() ? Optional.empty() : new RootPin(api, notes).pin(attestation, out);
        String push = push(top);
        notes.forEach(note -> out.say("Note: " + note));
        out.say("");
        if (viewer(api, linked)) {
            out.say("You are viewer in " + linked.path("organization").asString() + ": you can look at this app and verify it; pushing takes"
                    + " member or more.");
        } else {
            out.say("You can now push to 'caution' remote:");
            out.say("  " + push);
        }
        out.say("Verify attestation:");
        out.say("  caution verify");
        if (json) {
            Output.json(Output.ordered("created", known.isEmpty(), "app", linked, "server", api.server(), "remote", remoteChange,
                    "procfile", procfile.isPresent() ? "written" : "present",
                    "build", procfile.map(ProcfileProposal::build).orElse(null),
                    "pinned_root", pinned.orElse(null), "push", push, "notes", notes));
        }
        return 0;
    }

    /** Whoever only looks is not told to push. */
    private static boolean viewer(ApiClient api, JsonNode app) {
        return api.get("/api/organizations").valueStream()
                .anyMatch(one -> one.path("name").equals(app.path("organization")) && one.path("role").asString().equals("viewer"));
    }

    /** What to type next: there may be no commit yet, or no branch. */
    private String push(Path top) {
        if (!Git.run(top, "rev-parse", "--verify", "--quiet", "HEAD").ok()) {
            notes.add("There is no commit yet: git add -A && git commit");
        }
        Git.Result branch = Git.run(top, "symbolic-ref", "--quiet", "--short", "HEAD");
        return "git push " + REMOTE + " " + (branch.ok() ? branch.output() : "HEAD:main");
    }

    private JsonNode create(ApiClient api, Path top) {
        String directory = top.getFileName() == null ? "app" : top.getFileName().toString().toLowerCase(Locale.ROOT).replace(' ', '-');
        String chosen = name != null ? name : directory.matches("[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]") ? directory : "app";
        try {
            return api.create("/api/apps" + (org == null ? "" : "?organization=" + MembersCommand.word(org)), Map.of("name", chosen));
        } catch (CliException e) {
            if (!e.code().equals("conflict")) {
                throw e;
            }
            throw new CliException(Errors.OTHER, e.code(), e.getMessage() + "\nIf that app is this repository's, link it: caution init --app "
                    + chosen + ". If not, choose another name: caution init --name NAME", e.request());
        }
    }

    /** A Procfile only where there is none. */
    private Optional<ProcfileProposal> procfile(Path top, Output out) throws IOException {
        if (ProcfileProposal.present(top)) {
            out.say("Configuration found");
            if (containerfile != null) {
                notes.add("There is a Procfile already, so --containerfile changes nothing. Its 'build' says what is built.");
            }
            return Optional.empty();
        }
        var proposal = ProcfileProposal.of(top, containerfile);
        notes.addAll(proposal.notes());
        out.say("Procfile written; commit it before you push");
        out.say("Build command: " + proposal.build());
        return Optional.of(proposal);
    }

    static boolean loopback(String url) {
        return List.of("localhost", "127.0.0.1", "[::1]").contains(String.valueOf(URI.create(url).getHost()));
    }
}
