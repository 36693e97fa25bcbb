package co.caution.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A person with a key, a checkout and the system's own git and ssh. */
final class Developer {

    /** What a command said, both streams in order, and its exit code. */
    record Result(int exitCode, String output) {}

    private static final long LIMIT_MINUTES = 20;

    private final Site site;
    private final Path directory;
    final String name;
    final Path checkout;

    /** @param registered whether the operator made them an account */
    Developer(Site site, Path directory, String name, boolean registered) throws Exception {
        this.site = site;
        this.name = name;
        this.directory = Files.createDirectories(directory);
        this.checkout = Files.createDirectories(directory.resolve("hello"));
        makeKey("ed25519");
        if (registered) {
            register(name);
        }
        git("init", "-q", "-b", "main");
        git("config", "user.name", name);
        git("config", "user.email", name + "@localhost");
        git("config", "commit.gpgsign", "false");
    }

    /** A fresh key, of a type that {@code ssh-keygen -t} knows, in the place of the one before. */
    void makeKey(String type) throws Exception {
        Files.deleteIfExists(key());
        run(directory, List.of("ssh-keygen", "-q", "-t", type, "-N", "", "-f", key().toString()));
    }

    /** The operator makes the account where there is none, adds the key, and hands over a token. */
    void register(String name) throws Exception {
        Result added = caution("admin", "add-user", name, "--ssh-key", key() + ".pub", "--home", site.home().toString());
        String token = added.output().lines().filter(line -> line.startsWith("Token:")).findFirst().orElseThrow()
                .substring(6).strip();
        caution("--server", site.server(), "login", "--token", token);
    }

    /** The system's ssh to the service, with options and a command. */
    Result ssh(String... arguments) throws Exception {
        var command = new ArrayList<>(sshCommand());
        command.addAll(List.of("-p", "" + site.sshPort()));
        command.addAll(List.of(arguments));
        return run(checkout, command);
    }

    private List<String> sshCommand() {
        return List.of("ssh", "-F", "none", "-i", key().toString(), "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none",
                "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=accept-new",
                "-o", "UserKnownHostsFile=" + directory.resolve("known_hosts"));
    }

    Developer withExample(String path) throws Exception {
        Path example = Path.of(path).toAbsolutePath();
        try (var files = Files.walk(example)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = checkout.resolve(example.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
        return commit("The example");
    }

    Developer commit(String message) throws Exception {
        git("add", "-A");
        git("commit", "-q", "--allow-empty", "-m", message);
        return this;
    }

    Developer replace(String file, String what, String by) throws Exception {
        String before = Files.readString(checkout.resolve(file));
        String after = before.replace(what, by);
        if (after.equals(before)) {
            throw new AssertionError("'" + what + "' does not occur in " + file);
        }
        Files.writeString(checkout.resolve(file), after);
        return this;
    }

    Developer write(String file, String content) throws IOException {
        Files.writeString(checkout.resolve(file), content);
        return this;
    }

    /** A file that may be executed, as git sees it. */
    Developer executable(String file, String content) throws IOException {
        write(file, content);
        Files.setPosixFilePermissions(checkout.resolve(file), PosixFilePermissions.fromString("rwxr-xr-x"));
        return this;
    }

    /** Signed by the key, as that takes proof. */
    Result destroy(String app) throws Exception {
        return caution("--key", key().toString(), "apps", "destroy", "--confirm", app);
    }

    Result push() throws Exception {
        return git("push", "caution", "main");
    }

    /** The same, without waiting for it. */
    Push startPush() throws IOException {
        return new Push(builder(checkout, List.of("git", "push", "--progress", "caution", "main")).start());
    }

    Result git(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        return run(checkout, command);
    }

    /** The CLI as a process of its own, as people run it. */
    Result caution(String... arguments) throws Exception {
        return run(checkout, List.of(cautionCommand(arguments)));
    }

    String[] cautionCommand(String... arguments) {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                "co.caution.cli.Caution"));
        command.addAll(List.of(arguments));
        return command.toArray(String[]::new);
    }

    /** A command in the checkout, which the test goes on beside. */
    Conversation begin(String... command) throws IOException {
        return new Conversation(start(checkout, List.of(command)));
    }

    private Path key() {
        return directory.resolve("id_ed25519");
    }

    private ProcessBuilder builder(Path where, List<String> command) {
        var builder = new ProcessBuilder(command).directory(where.toFile()).redirectErrorStream(true);
        builder.environment().putAll(Map.of(
                "CAUTION_CONFIG", directory.resolve("config").toString(),
                "CAUTION_WORKDIR", site.cache().toString(),
                "GIT_SSH_COMMAND", String.join(" ", sshCommand()),
                "GIT_CONFIG_GLOBAL", "/dev/null",
                "LC_ALL", "C"));
        return builder;
    }

    private Result run(Path where, List<String> command) throws Exception {
        Process process = start(where, command);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError(command + " did not end");
        }
        return new Result(process.exitValue(), output);
    }

    private Process start(Path where, List<String> command) throws IOException {
        Process process = builder(where, command).start();
        process.getOutputStream().close();
        return process;
    }
}
