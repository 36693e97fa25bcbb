package co.caution.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution admin}: what the operator does on the server's own machine. */
@Command(name = "admin", description = "Operate a server, on its own machine.",
        subcommands = {BackupCommand.class, RestoreCommand.class})
final class AdminCommand {

    @ParentCommand
    Caution root;

    @Command(name = "add-user", description = "Make an account that may push with an SSH key, or add a key to one; prints an API token once.")
    int addUser(
            @Parameters(paramLabel = "NAME", description = "The account's name.") String name,
            @Option(names = "--ssh-key", required = true, paramLabel = "FILE", description = "The public key, such as id_ed25519.pub.")
                    Path key,
            @Option(names = "--home", paramLabel = "DIR", description = "The server's home (default: ~/.local/share/caution).")
                    Path home,
            @Option(names = "--json", description = "JSON for machines.") boolean json)
            throws IOException {
        if (!Files.isReadable(key)) {
            throw new CliException("The key file " + key + " cannot be read. Make one: ssh-keygen -t ed25519");
        }
        JsonNode created = addUser(home == null ? Context.defaultHome() : home, name, Files.readString(key));
        if (json) {
            Output.json(created);
            return 0;
        }
        System.out.println("Account:  " + created.path("name").asString()
                + (created.path("existed").asBoolean(false) ? " (it was there before: the key now acts for it, too)" : ""));
        System.out.println("SSH key:  " + created.path("fingerprint").asString());
        System.out.println("Token:    " + created.path("token").asString());
        System.out.println("Its owner logs in with that key (caution login), or with this token until "
                + Times.day(created.path("expires_at"), "ever") + ", which is shown this once:");
        System.out.println("  caution login --token TOKEN");
        return 0;
    }

    @Command(name = "create-owner", description = "Print a link by which one person without an account makes one; it ends the last such link.")
    int createOwner(
            @Option(names = "--home", paramLabel = "DIR", description = "The server's home (default: ~/.local/share/caution).")
                    Path home,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        JsonNode made = api(home == null ? Context.defaultHome() : home).post("/api/admin/owner", Map.of());
        if (json) {
            Output.json(made);
            return 0;
        }
        System.out.println("This link makes one account, once, until " + Times.day(made.path("expires_at"), "ever") + ":");
        System.out.println("  " + made.path("link").asString());
        System.out.println("Open it in a browser, or: caution members accept LINK --user NAME --ssh-key FILE");
        return 0;
    }

    static JsonNode addUser(Path home, String name, String publicKey) {
        return api(home).post("/api/admin/users", Map.of("name", name, "ssh_key", SshKeys.publicLine(publicKey)));
    }

    /** Whoever can read the server's {@code admin.json} is its operator. */
    static ApiClient api(Path home) {
        Path file = home.resolve("admin.json");
        if (!Files.isReadable(file)) {
            throw new CliException("No server runs with its home in " + home + " (or this user may not read " + file
                    + "). Start it (caution server), or name its home with --home DIR.");
        }
        JsonNode admin = new PrivateJson(file).read();
        String certificate = admin.path("certificate").asString(null);
        return new ApiClient(admin.path("server").asString(), admin.path("token").asString(),
                certificate == null ? ServerTrust.of(Optional.empty()) : ServerTrust.exactly(Path.of(certificate)));
    }
}
