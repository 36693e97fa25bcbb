package co.caution.cli;

import co.caution.account.LoginMessage;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution login}: gets a token with an SSH key, or keeps one that the operator gave. */
@Command(
        name = "login",
        description = "Log in to a server with your SSH key, by way of a browser, or with a token that somebody gave you.",
        footer = {"", "Without --key the keys of ssh-agent are tried, then ~/.ssh/id_*. The token is kept in your own configuration."})
final class LoginCommand implements Callable<Integer> {

    /** Characters of {@code 2026-01-02}. */
    private static final int DAY = 10;

    @ParentCommand
    Caution root;

    @Option(names = "--key", paramLabel = "FILE", description = "The SSH key to log in with (default: those of ssh-agent and ~/.ssh).")
    @Nullable Path key;

    @Option(names = "--user", paramLabel = "NAME", description = "Your account, where the key acts for several.")
    String user = "";

    @Option(names = "--token", interactive = true, arity = "0..1", paramLabel = "TOKEN",
            description = "Keep this token, from 'caution admin add-user', instead; asked for when left out.")
    String token;

    @Option(names = "--browser", description = "Log in by way of a browser, on this machine or another, with a passkey.")
    boolean browser;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    @Override
    public Integer call() {
        String server = root.context().server(null);
        if ((token != null || browser) && (key != null || !user.isEmpty()) || token != null && browser) {
            throw new CliException(Errors.USAGE, "--token and --browser stand alone: neither needs --key or --user.");
        }
        if (server.startsWith("http:") && !InitCommand.loopback(server)) {
            System.err.println("Note: " + server + " is plain HTTP: your token crosses the network in clear.");
        }
        Map<String, Object> done = token != null ? keep(server) : browser ? allow(server) : sign(server);
        root.context().authority().ifPresent(pem -> new Logins(Context.configuration()).saveAuthority(server, pem));
        if (json) {
            Output.json(done);
        } else {
            var out = new Output(false);
            out.say("Logged in to " + server + " as " + done.get("user") + "."
                    + (done.containsKey("key") ? " Key: " + done.get("key") + "." : ""));
            if (done.get("expires_at") instanceof String end && end.length() >= DAY) {
                out.say("This holds until " + end.substring(0, DAY) + "; 'caution logout' ends it.");
            }
        }
        return 0;
    }

    private Map<String, Object> keep(String server) {
        String given = token.strip();
        if (!given.matches("caution_[A-Za-z0-9_-]+")) {
            throw new CliException(Errors.USAGE, "That is not a token: one begins with caution_ and is one word.");
        }
        String name = root.context().with(server, given).get("/api/account").path("name").asString(); // a wrong token is said now
        new Logins(Context.configuration()).save(server, new Logins.Login(given, name, false));
        return Output.ordered("server", server, "user", name);
    }

    private Map<String, Object> allow(String server) {
        JsonNode in = new BrowserLogin(root.context().anonymous(server)).run(tokenName());
        String got = in.path("access_token").asString();
        String name = root.context().with(server, got).get("/api/account").path("name").asString();
        replace(server, new Logins.Login(got, name, true));
        return Output.ordered("server", server, "user", name,
                "expires_at", Instant.now().plusSeconds(in.path("expires_in").asLong()).truncatedTo(ChronoUnit.SECONDS).toString());
    }

    /** A login of this machine's own takes the place of the one before. */
    private void replace(String server, Logins.Login login) {
        var logins = new Logins(Context.configuration());
        var before = logins.of(server).filter(Logins.Login::byKey);
        logins.save(server, login);
        before.ifPresent(old -> revoke(server, old.token()));
    }

    private Map<String, Object> sign(String server) {
        List<SshKeys.Key> keys = key != null ? List.of(SshKeys.named(key)) : SshKeys.all();
        if (keys.isEmpty()) {
            throw new CliException("no_key", "There is no SSH key: ssh-agent has none, and ~/.ssh no id_* file. Make one (ssh-keygen"
                    + " -t ed25519) and give its .pub file to the server's operator, or name one with --key FILE."
                    + " With a passkey instead: caution login --browser");
        }
        var refused = new StringBuilder();
        for (SshKeys.Key candidate : keys) {
            try {
                return exchange(server, candidate);
            } catch (CliException e) {
                if (!e.code().equals("not_logged_in") && !e.code().equals("failed")) {
                    throw e;
                }
                refused.append("\n  ").append(candidate.label()).append(": ").append(e.getMessage());
            }
        }
        throw new CliException("not_logged_in", "No key logs in to " + server + (user.isEmpty() ? "" : " as '" + user + "'") + ":" + refused
                + "\nWith a passkey instead: caution login --browser");
    }

    /** One challenge, one signature, one answer. */
    private Map<String, Object> exchange(String server, SshKeys.Key with) {
        var api = root.context().anonymous(server);
        String origin = LoginMessage.origin(server).orElseThrow();
        JsonNode challenge = api.post("/api/login/challenge", Map.of("origin", origin, "user", user));
        // Where we believe to be: a server in between cannot use this signature anywhere else.
        var message = new LoginMessage(origin, user, challenge.path("challenge").asString());
        String signature = SshKeys.sign(with, LoginMessage.NAMESPACE, message.bytes());
        JsonNode answer = api.post("/api/login",
                Map.of("id", challenge.path("id").asString(), "signature", signature, "token_name", tokenName()));
        String name = answer.path("user").asString();
        replace(server, new Logins.Login(answer.path("token").asString(), name, true));
        new Logins(Context.configuration()).saveKey(server, new Logins.Key(answer.path("fingerprint").asString(), with.file()));
        return Output.ordered("server", server, "user", name, "key", answer.path("fingerprint").asString(),
                "expires_at", answer.path("expires_at").asString());
    }

    /** Nobody else has it, so nobody needs it any more. */
    private void revoke(String server, String token) {
        try {
            root.context().with(server, token).delete("/api/account/tokens/current");
        } catch (CliException e) {
            // It ends by itself.
        }
    }

    private static String tokenName() {
        String machine = Surroundings.variable("HOSTNAME").or(() -> Surroundings.variable("COMPUTERNAME")).orElse("");
        return "login by " + System.getProperty("user.name") + (machine.isEmpty() ? "" : " on " + machine);
    }
}
