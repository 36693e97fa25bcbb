package co.caution.cli;

import co.caution.project.DeploymentFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution init}: makes this repository an app, or links it again to the app that it is. */
@Command(name = "init", description = "Make this git repository an app: Procfile, .caution/deployment.json, remote 'caution'.")
final class InitCommand implements Callable<Integer> {

    static final String REMOTE = "caution";
    private static final Pattern APP_IN_URL = Pattern.compile("([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\\.git)?$");

    @ParentCommand
    Caution root;

    @Option(names = "--name", paramLabel = "NAME", description = "The app's name (default: the directory's).")
    String name;

    @Override
    public Integer call() throws IOException {
        Checkout checkout = Checkout.find().orElseThrow(() -> new CliException(
                "This is not a git repository. Run 'git init' and commit your app first, then 'caution init' again."));
        Context context = root.context();
        ApiClient api = context.api(Optional.of(checkout));
        String server = api.server();
        System.out.println("Initializing new deployment...");
        System.out.println("Git repository found");
        procfile(checkout.root());

        String known = knownApp(checkout);
        JsonNode app = known == null ? create(api, checkout.root()) : relink(api, known);
        String id = app.path("id").asString();
        if (known != null && name != null && !name.equals(app.path("resource_name").asString())) {
            throw new CliException(Errors.USAGE, "This repository belongs to app '" + app.path("resource_name").asString()
                    + "' already; --name does not rename it. Leave --name out to link it again.");
        }
        System.out.println(known == null ? "App created!" : "App re-linked successfully!");
        System.out.println("ID: " + id);
        System.out.println("Name: " + app.path("resource_name").asString());
        System.out.println("State: " + app.path("state").asString());

        String gitUrl = app.path("git_url").asString();
        System.out.println("Git URL: " + gitUrl);
        remote(checkout.root(), gitUrl);
        DeploymentFile deployment = checkout.deployment().withResourceId(id).withServer(server);
        String attestation = app.path("attestation_url").asString("");
        if (!attestation.isEmpty()) {
            deployment = deployment.withAttestationUrl(attestation);
            pinRoot(api, attestation);
        }
        deployment.write(checkout.root());
        System.out.println();
        System.out.println("You can now push to 'caution' remote:");
        System.out.println("  git push caution " + branch(checkout.root()));
        System.out.println("Verify attestation:");
        System.out.println("  caution verify");
        return 0;
    }

    private static String branch(Path root) {
        Git.Result branch = Git.run(root, "symbolic-ref", "--quiet", "--short", "HEAD");
        return branch.ok() ? branch.output() : "main";
    }

    /** Its own file first, then the remote: a clone of an app has both or neither. */
    private static @Nullable String knownApp(Checkout checkout) {
        if (checkout.appId() != null) {
            return checkout.appId();
        }
        Git.Result url = Git.run(checkout.root(), "remote", "get-url", REMOTE);
        Matcher match = APP_IN_URL.matcher(url.ok() ? url.output() : "");
        return match.find() ? match.group(1) : null;
    }

    private JsonNode create(ApiClient api, Path root) {
        String directory = root.getFileName().toString().toLowerCase(Locale.ROOT).replace(' ', '-');
        String chosen = name != null ? name : directory.matches("[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]") ? directory : "app";
        return api.post("/api/apps", Map.of("name", chosen));
    }

    /** Fails closed: where the server does not know the app, a second one is never made in silence. */
    private static JsonNode relink(ApiClient api, String id) {
        for (JsonNode app : api.get("/api/apps")) {
            if (app.path("id").asString().equals(id)) {
                return app;
            }
        }
        throw new CliException("This repository belongs to app " + id + ", which is not yours on " + api.server()
                + ". Name the right server (--server URL), or, to make a new app, remove " + DeploymentFile.PATH
                + " and the git remote '" + REMOTE + "' and run 'caution init' again.");
    }

    private static void remote(Path root, String gitUrl) {
        Git.Result present = Git.run(root, "remote", "get-url", REMOTE);
        if (!present.ok()) {
            Git.require(root, "remote", "add", REMOTE, gitUrl);
            System.out.println("Added git remote 'caution': " + gitUrl);
        } else if (!present.output().equals(gitUrl)) {
            Git.require(root, "remote", "set-url", REMOTE, gitUrl);
            System.out.println("Git remote 'caution' now leads to: " + gitUrl);
        }
    }

    /** Writes a Procfile only where there is none; the defaults it stands for are written out. */
    private static void procfile(Path root) throws IOException {
        Path procfile = root.resolve("Procfile");
        if (Files.exists(procfile)) {
            System.out.println("Configuration found");
            return;
        }
        String containerfile = Files.exists(root.resolve("Containerfile"))
                ? "Containerfile"
                : Files.exists(root.resolve("Dockerfile")) ? "Dockerfile" : null;
        if (containerfile == null) {
            throw new CliException("There is no Containerfile (or Dockerfile) in " + root
                    + " to build the app from. Write one, or a Procfile that says where it is: build: docker build -f PATH .");
        }
        Files.writeString(procfile, """
                # How this app is built and run. Every key: docs/reference/procfile.md
                build: docker build -f %s .
                # The program to run, when it is not the image's ENTRYPOINT:
                # run: /app/server
                # What it may have; without memory_mb the platform takes what the image needs:
                # cpus: 2
                # memory_mb: 512
                # The ports it listens on, HTTP first (default: the image's single EXPOSE):
                # ports: 8080
                """.formatted(containerfile));
        System.out.println("Procfile written; commit it before you push");
        System.out.println("Build command: docker build -f " + containerfile + " .");
    }

    /**
     * A verifier takes no root from a server. Only where server and enclaves are on this very machine does its owner vouch
     * for both: there the simulated root is pinned, in this person's own configuration, and said.
     */
    private static void pinRoot(ApiClient api, String attestationUrl) {
        JsonNode offered = api.get("/api/trust-root");
        if (offered.path("hardware").asBoolean(true)) {
            return;
        }
        var root = PinnedRoots.simulated(offered.path("fingerprint").asString());
        if (!loopback(api.server()) || !loopback(attestationUrl)) {
            System.out.println("This server's enclaves are SIMULATED; it says that its root is sha256 " + root.fingerprint() + ".");
            System.out.println("If you know that from elsewhere: caution trust pin " + attestationUrl + " " + root.fingerprint());
            return;
        }
        var pins = new PinnedRoots(Context.configuration());
        var before = pins.of(attestationUrl).filter(pinned -> !pinned.equals(root));
        pins.pin(attestationUrl, root);
        System.out.println("Pinned this machine's SIMULATED root for " + attestationUrl + ":");
        System.out.println("  sha256 " + root.fingerprint() + before.map(old -> " (was " + old.fingerprint() + ")").orElse(""));
    }

    static boolean loopback(String url) {
        return List.of("localhost", "127.0.0.1", "[::1]").contains(String.valueOf(URI.create(url).getHost()));
    }
}
