package co.caution.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution ssh-keys list|add|remove}: the keys that may push and log in. */
@Command(name = "ssh-keys", description = "List, add and remove the SSH keys that push and log in for your account.")
final class SshKeysCommand {

    @ParentCommand
    Caution root;

    @Command(name = "list", description = "List your keys, oldest first.")
    int list(@Option(names = "--json", description = "JSON for machines.") boolean json) {
        new Output(json).list(api().list("/api/account/ssh-keys"), "No SSH keys. To add one: caution ssh-keys add FILE",
                key -> key.path("fingerprint").asString() + "  " + key.path("type").asString() + "  added "
                        + Times.day(key.path("created_at"), "?") + "  used " + Times.day(key.path("last_used_at"), "never") + "  "
                        + key.path("name").asString() + (key.has("app") ? "  (pushes to " + key.path("app").asString() + ")" : ""));
        return 0;
    }

    @Command(name = "add", description = "Add a key: from a .pub file, from standard input, or one that ssh-agent holds.")
    int add(
            @Parameters(paramLabel = "FILE", arity = "0..1", description = "The public key's file; - for standard input.") String file,
            @Option(names = "--agent", arity = "0..1", fallbackValue = "", paramLabel = "KEY",
                    description = "ssh-agent's key: its comment, where it holds several.") String agent,
            @Option(names = "--name", paramLabel = "NAME", description = "What to call it (default: the key's comment).") String name,
            @Option(names = "--app", paramLabel = "APP",
                    description = "Bind it to this app, by id or name: it pushes there and does nothing else, as for a CI.") String app,
            @Option(names = "--json", description = "JSON for machines.") boolean json) throws IOException {
        if ((file == null) == (agent == null)) {
            throw new CliException(Errors.USAGE, "Name one key: a .pub file, - for standard input, or --agent.");
        }
        String line = SshKeys.publicLine(file == null ? ofAgent(agent) : read(file));
        if (name != null) {
            line = line.split("\\s+")[0] + " " + line.split("\\s+")[1] + " " + name;
        }
        JsonNode key = api().create("/api/account/ssh-keys", app == null ? Map.of("ssh_key", line) : Map.of("ssh_key", line, "app", app));
        if (json) {
            Output.json(key);
        } else {
            new Output(false).say("Your account has the key " + key.path("fingerprint").asString() + " " + key.path("name").asString());
        }
        return 0;
    }

    @Command(name = "remove", description = "Remove a key; never the last one by which you log in. What was logged in to with it ends.")
    int remove(
            @Parameters(paramLabel = "KEY", description = "Its fingerprint (SHA256:…) or its name.") String key,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        ApiClient api = api();
        List<JsonNode> found = api.list("/api/account/ssh-keys").valueStream()
                .filter(known -> known.path("fingerprint").asString().equals(key) || known.path("name").asString().equals(key))
                .toList();
        if (found.isEmpty()) {
            throw new CliException("not_found", "You have no key '" + key + "'. 'caution ssh-keys list' shows yours.");
        }
        if (found.size() > 1) {
            throw new CliException(Errors.USAGE, "Several of your keys are named '" + key + "'. Give the fingerprint: "
                    + found.stream().map(known -> known.path("fingerprint").asString()).collect(Collectors.joining(", ")));
        }
        api.delete("/api/account/ssh-keys/" + found.getFirst().path("id").asString());
        String fingerprint = found.getFirst().path("fingerprint").asString();
        if (json) {
            Output.json(Output.ordered("fingerprint", fingerprint, "removed", true));
        } else {
            new Output(false).say("Removed " + fingerprint + ".");
        }
        return 0;
    }

    private static String read(String file) throws IOException {
        if (file.equals("-")) {
            return new String(System.in.readNBytes(16_384), StandardCharsets.UTF_8);
        }
        Path path = Surroundings.current().directory().resolve(file);
        if (!Files.isReadable(path)) {
            throw new CliException(Errors.USAGE, "The key file " + file + " cannot be read. Make one: ssh-keygen -t ed25519");
        }
        return Files.readString(path);
    }

    private static String ofAgent(String wanted) {
        List<SshKeys.Key> keys = SshKeys.agent();
        List<SshKeys.Key> found = keys.stream()
                .filter(key -> wanted.isEmpty() || key.publicKey().endsWith(" " + wanted))
                .toList();
        if (found.size() == 1) {
            return found.getFirst().publicKey();
        }
        throw new CliException(Errors.USAGE, keys.isEmpty()
                ? "ssh-agent holds no key, or does not run. Add one: ssh-add"
                : "ssh-agent holds " + keys.size() + " keys; name one by its comment: --agent COMMENT, of "
                        + keys.stream().map(SshKeys.Key::label).collect(Collectors.joining(", ")));
    }

    private ApiClient api() {
        return root.context().api(Checkout.find());
    }
}
