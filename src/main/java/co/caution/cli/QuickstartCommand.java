package co.caution.cli;

import co.caution.Configuration;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code caution quickstart}: from nothing to a verified enclave on this machine, by the user's own three commands. */
@Command(
        name = "quickstart",
        description = "Start the service here and take an example app from init to verify. No cloud account is needed.")
final class QuickstartCommand implements Callable<Integer> {

    private static final String USER = "quickstart";
    private static final Path EXAMPLE = Path.of("docs", "examples", "hello");

    @ParentCommand
    Caution root;

    @Mixin
    ServerCommand.Options options;

    @Option(names = "--exit", description = "Stop at once when done, with verify's exit code.")
    boolean exit;

    @Option(names = "--locked", description = "Take no EnclaveOS but the shipped one: refuse a local build of newer inputs.")
    boolean locked;

    private Configuration configuration;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path launcher = launcher();
        Path example = launcher.resolveSibling(EXAMPLE);
        if (!Files.isDirectory(example)) {
            throw new CliException("The example app " + example + " is missing; run quickstart from a full checkout.");
        }
        configuration = options.configuration(root);
        step("Starting the service");
        try (ConfigurableApplicationContext _ = configuration.start(EnclaveOs.ready(configuration.cache(), locked))) {
            System.out.println("Caution listens: " + configuration.server() + " (API), SSH port " + configuration.sshPort() + ".");
            Path workspace = configuration.home().resolve(USER);
            Path key = account(workspace);
            Path app = workspace.resolve("hello");
            boolean again = Files.isDirectory(app.resolve(".git"));
            step(again ? "Using the repository of the last time: " + app : "Copying the example app to " + app);
            prepare(app, example, again);
            useKey(app, workspace, key);

            int verified = userCommands(app, launcher, again);
            answer(app);
            if (exit || verified != 0) {
                System.out.println("\nStopping the service and its enclaves.");
                return verified;
            }
            System.out.println("\nThe service runs until Ctrl-C; its enclaves stop with it. Meanwhile, in another terminal:");
            System.out.println("  cd " + app);
            System.out.println("  (change hello.c, git commit -a) git push caution main && " + launcher + " verify");
            Thread.currentThread().join();
            return 0;
        }
    }

    /** The user's own three commands, as they would type them. */
    private int userCommands(Path app, Path launcher, boolean again) throws IOException, InterruptedException {
        run(app, List.of(launcher.toString(), "--server", configuration.server(), "init"), "caution init");
        Git.require(app, "add", "-A");
        if (!Git.run(app, "diff", "--cached", "--quiet").ok()) {
            commit(app, "Link the app to its Caution server");
        } else if (again) {
            commit(app, "Push again", "--allow-empty");
        }
        int pushed = run(app, List.of("git", "push", InitCommand.REMOTE, "main"), "git push caution main");
        if (pushed != 0) {
            throw new CliException("The push failed; the lines above say why.");
        }
        return run(app, List.of(launcher.toString(), "verify"), "caution verify");
    }

    private Path account(Path workspace) throws IOException, InterruptedException {
        Files.createDirectories(workspace);
        Path key = workspace.resolve("id_ed25519");
        if (!Files.exists(key)) {
            step("Making an SSH key and an account");
            quietly(List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", USER, "-f", key.toString()));
        }
        var created = AdminCommand.addUser(configuration.home(), USER, Files.readString(workspace.resolve("id_ed25519.pub")));
        new Logins(Context.configuration())
                .save(configuration.server(), new Logins.Login(created.path("token").asString(), USER, false));
        return key;
    }

    private static void prepare(Path app, Path example, boolean again) throws IOException {
        if (again) {
            return;
        }
        try (var files = Files.walk(example)) {
            for (Path file : files.toList()) {
                Path to = app.resolve(example.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
            }
        }
        Git.require(app, "init", "-q", "-b", "main");
        Git.require(app, "add", "-A");
        commit(app, "The example app");
    }

    private static void commit(Path app, String message, String... options) {
        var command = new ArrayList<>(List.of("-c", "user.name=" + USER, "-c", "user.email=" + USER + "@localhost",
                "-c", "commit.gpgsign=false", "commit", "-q", "-m", message));
        command.addAll(List.of(options));
        Git.require(app, command.toArray(String[]::new));
    }

    /** This repository alone uses the fresh key, and knows the server's host key beforehand. */
    private void useKey(Path app, Path workspace, Path key) throws IOException {
        String hostKey = Files.readString(configuration.home().resolve("ssh").resolve("host_ed25519.pub")).strip();
        Path knownHosts = workspace.resolve("known_hosts");
        Files.writeString(knownHosts, "[" + configuration.host() + "]:" + configuration.sshPort() + " " + hostKey + "\n");
        Git.require(app, "config", "core.sshCommand", "ssh -i '" + key + "' -o IdentitiesOnly=yes -o IdentityAgent=none"
                + " -o StrictHostKeyChecking=yes -o UserKnownHostsFile='" + knownHosts + "'");
    }

    private void answer(Path app) throws IOException, InterruptedException {
        var checkout = Checkout.at(app).orElseThrow();
        Context context = root.context();
        var found = AppLookup.find(context.api(configuration.server()), null, Optional.of(checkout));
        String url = found.path("application_url").asString("");
        try (var client = HttpClient.newHttpClient()) {
            var response = client.send(
                    HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString());
            System.out.println("\n" + Style.bold("$ curl " + url) + "\n" + response.body().strip());
        }
    }

    private static int run(Path directory, List<String> command, String shown) throws IOException, InterruptedException {
        System.out.println("\n" + Style.bold("$ " + shown));
        System.out.flush();
        return new ProcessBuilder(command).directory(directory.toFile()).inheritIO().start().waitFor();
    }

    private static void quietly(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new CliException(command.getFirst() + " failed: " + said.strip());
        }
    }

    private static void step(String text) {
        System.out.println(Style.bold("==> " + text));
    }

    private static Path launcher() {
        String launcher = System.getenv("CAUTION_LAUNCHER");
        if (launcher == null) {
            throw new CliException("quickstart runs through the launcher: ./caution quickstart");
        }
        return Path.of(launcher);
    }
}
