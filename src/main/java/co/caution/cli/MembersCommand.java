package co.caution.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution members …}: who is in an organization, and how they come in. */
@Command(name = "members", description = "List, invite, change and remove the members of an organization.")
final class MembersCommand {

    static final String ORG = "The organization's name (default: your own).";

    @ParentCommand
    Caution root;

    @Command(name = "list", description = "List the members and their roles.")
    int list(
            @Option(names = "--org", paramLabel = "NAME", description = ORG) @Nullable String org,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        ApiClient api = api();
        new Output(json).list(api.list(path(api, org) + "/members"), "No members.",
                member -> member.path("name").asString() + "  " + member.path("role").asString() + "  since "
                        + Times.day(member.path("created_at"), "ever"));
        return 0;
    }

    @Command(name = "invite", description = "Print a link that lets one person in, once, within three days.")
    int invite(
            @Parameters(paramLabel = "ROLE", description = "viewer (looks and verifies), member (deploys), admin or owner.") String role,
            @Option(names = "--org", paramLabel = "NAME", description = ORG) @Nullable String org,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        ApiClient api = api();
        JsonNode made = api.create(path(api, org) + "/invitations", Map.of("role", role));
        if (json) {
            Output.json(made);
            return 0;
        }
        say("This link lets one person in as " + made.path("role").asString() + ", until " + Times.day(made.path("expires_at"), "ever")
                + ". Send it where only they read it:");
        say("  " + made.path("link").asString());
        return 0;
    }

    @Command(name = "invitations", description = "List the invitations that are open.")
    int invitations(
            @Option(names = "--org", paramLabel = "NAME", description = ORG) @Nullable String org,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        ApiClient api = api();
        new Output(json).list(api.list(path(api, org) + "/invitations"), "No open invitations. To invite somebody: caution members invite ROLE",
                invitation -> invitation.path("id").asString() + "  " + invitation.path("role").asString() + "  by "
                        + invitation.path("invited_by").asString() + "  until " + Times.day(invitation.path("expires_at"), "ever"));
        return 0;
    }

    @Command(name = "uninvite", description = "Take an invitation back.")
    int uninvite(
            @Parameters(paramLabel = "ID", description = "Its id.") String id,
            @Option(names = "--org", paramLabel = "NAME", description = ORG) @Nullable String org,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        ApiClient api = api();
        api.delete(path(api, org) + "/invitations/" + word(id));
        done(json, "Taken back: " + id + ".", "id", id, "taken_back", true);
        return 0;
    }

    @Command(name = "role", description = "Change a member's role.")
    int role(
            @Parameters(paramLabel = "NAME", description = "The member's user name.") String name,
            @Parameters(paramLabel = "ROLE", description = "viewer, member, admin or owner.") String role,
            @Option(names = "--org", paramLabel = "NAME", description = ORG) @Nullable String org,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        ApiClient api = api();
        JsonNode changed = api.patch(path(api, org) + "/members/" + word(name), Map.of("role", role));
        if (json) {
            Output.json(changed);
        } else {
            say(changed.path("name").asString() + " is " + changed.path("role").asString() + " now.");
        }
        return 0;
    }

    @Command(name = "remove", description = "Remove a member; what they deployed stays.")
    int remove(
            @Parameters(paramLabel = "NAME", description = "The member's user name.") String name,
            @Option(names = "--org", paramLabel = "NAME", description = ORG) @Nullable String org,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        ApiClient api = api();
        api.delete(path(api, org) + "/members/" + word(name));
        done(json, "Removed " + name + ".", "name", name, "removed", true);
        return 0;
    }

    @Command(name = "accept", description = "Use an invitation: join with the account that you are logged in to, or make one.")
    int accept(
            @Parameters(paramLabel = "LINK", description = "The invitation's link.") String link,
            @Option(names = "--user", paramLabel = "NAME", description = "Make an account of this name.") @Nullable String user,
            @Option(names = "--ssh-key", paramLabel = "FILE", description = "The new account's public key, such as id_ed25519.pub.")
                    @Nullable Path key,
            @Option(names = "--json", description = "JSON for machines.") boolean json)
            throws IOException {
        int mark = link.indexOf('#');
        if (mark < 0 || (user == null) != (key == null)) {
            throw new CliException(Errors.USAGE, mark < 0
                    ? "'" + link + "' is not an invitation's link: it holds a '#', and its secret behind that."
                    : "A new account takes both: --user NAME --ssh-key FILE");
        }
        String secret = link.substring(mark + 1);
        String server = server(link.substring(0, mark));
        if (server.startsWith("http:") && !InitCommand.loopback(server)) {
            System.err.println("Note: " + server + " is plain HTTP: the invitation crosses the network in clear.");
        }
        if (user == null) {
            JsonNode joined = root.context().api(server).post("/api/invitations/accept", Map.of("invitation", secret));
            if (json) {
                Output.json(joined);
            } else {
                say("You are in " + joined.path("organization").asString() + " now, as " + joined.path("role").asString() + ".");
            }
            return 0;
        }
        Path file = Surroundings.current().directory().resolve(key);
        if (!Files.isReadable(file)) {
            throw new CliException(Errors.USAGE, "The key file " + key + " cannot be read. Make one: ssh-keygen -t ed25519");
        }
        JsonNode entered = root.context().anonymous(server).post("/api/invitations/enter",
                Map.of("invitation", secret, "name", user, "ssh_key", SshKeys.publicLine(Files.readString(file))));
        new Logins(Context.configuration()).save(server, new Logins.Login(entered.path("token").asString(), user, false));
        done(json, "You are " + user + " on " + server + " now, and logged in.", "user", user, "server", server,
                "fingerprint", entered.path("fingerprint").asString(), "expires_at", entered.path("expires_at").asString());
        return 0;
    }

    private static String server(String link) {
        VerifyCommand.requireUrl(link);
        URI uri = URI.create(link);
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }

    static String path(ApiClient api, @Nullable String org) {
        String name = org != null ? org : api.get("/api/account").path("name").asString();
        return "/api/organizations/" + word(name);
    }

    /** What stands in an address as it is; nothing that has another form names anything. */
    static String word(String given) {
        if (!given.matches("[A-Za-z0-9_-]{1,64}")) {
            throw new CliException(Errors.USAGE, "'" + given + "' is not a name.");
        }
        return given;
    }

    private static void done(boolean json, String words, Object... fields) {
        if (json) {
            Output.json(Output.ordered(fields));
        } else {
            say(words);
        }
    }

    private ApiClient api() {
        return root.context().api(Checkout.find());
    }

    private static void say(String line) {
        new Output(false).say(line);
    }
}
