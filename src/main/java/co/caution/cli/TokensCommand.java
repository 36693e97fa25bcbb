package co.caution.cli;

import co.caution.build.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution tokens list|create|revoke}. */
@Command(name = "tokens", description = "List, make and revoke the tokens of your account.")
final class TokensCommand {

    @ParentCommand
    Caution root;

    @Command(name = "list", description = "List the tokens that are good now.")
    int list(@Option(names = "--json", description = "JSON for machines.") boolean json) {
        new Output(json).list(root.context().api(Checkout.find()).list("/api/account/tokens"),
                "No tokens. To make one: caution tokens create --name NAME --scope SCOPE",
                token -> token.path("id").asString() + "  " + scopes(token) + "  until " + Times.day(token.path("expires_at"), "ever")
                        + "  used " + Times.day(token.path("last_used_at"), "never") + "  " + token.path("name").asString()
                        + (token.path("current").asBoolean() ? "  (this one)" : ""));
        return 0;
    }

    private static String scopes(JsonNode token) {
        return String.join(",", token.path("scopes").valueStream().map(JsonNode::asString).toList())
                + (token.has("app") ? " of " + token.path("app").asString() : "");
    }

    @Command(name = "create", description = "Make a token for a program, such as a CI; it is shown this once.")
    int create(
            @Option(names = "--name", required = true, paramLabel = "NAME", description = "What it is for.") String name,
            @Option(names = "--scope", required = true, split = ",", paramLabel = "SCOPE",
                    description = "What it may: read, deploy, manage; several with commas.") List<String> scopes,
            @Option(names = "--app", paramLabel = "APP", description = "The only app that it is good for, by id or name.") @Nullable String app,
            @Option(names = "--expires", paramLabel = "DAYS", defaultValue = "90d",
                    description = "How long it lives, at most 365d (default: ${DEFAULT-VALUE}).") String expires,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        if (!expires.matches("[1-9][0-9]{0,3}d")) {
            throw new CliException(Errors.USAGE, "--expires takes days, such as 90d.");
        }
        var asked = Output.ordered("name", name, "scopes", scopes, "expires_in_days", Integer.parseInt(expires.substring(0, expires.length() - 1)));
        if (app != null) {
            asked.put("app", app);
        }
        JsonNode made = root.context().api(Checkout.find()).post("/api/account/tokens", asked);
        if (json) {
            Output.json(made);
            return 0;
        }
        var out = new Output(false);
        out.say(made.path("token").asString());
        System.err.println("Shown this once. It may " + Text.printable(scopes(made)) + ", until " + Times.day(made.path("expires_at"), "ever")
                + ". Programs take it from CAUTION_TOKEN.");
        return 0;
    }

    @Command(name = "revoke", description = "End a token now. 'caution logout' ends this machine's own.")
    int revoke(
            @Parameters(paramLabel = "ID", arity = "0..1", description = "Its id, or the beginning of it.") @Nullable String id,
            @Option(names = "--all", description = "All but the one that this machine uses.") boolean all,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        if ((id == null) != all) {
            throw new CliException(Errors.USAGE, "Name one token by its id, or give --all.");
        }
        ApiClient api = root.context().api(Checkout.find());
        if (id == null) {
            int ended = api.deleteAll("/api/account/tokens");
            if (json) {
                Output.json(Output.ordered("ended", ended));
            } else {
                new Output(false).say("Revoked " + ended + " tokens. 'caution logout --all' ends this machine's and browsers' sessions, too.");
            }
            return 0;
        }
        String found = api.idIn("/api/account/tokens", id, "token", "'caution tokens list' shows yours.");
        api.delete("/api/account/tokens/" + found);
        if (json) {
            Output.json(Output.ordered("id", found, "revoked", true));
        } else {
            new Output(false).say("Revoked " + found + ".");
        }
        return 0;
    }
}
