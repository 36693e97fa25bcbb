package co.caution.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution tokens list|revoke}. */
@Command(name = "tokens", description = "List and revoke the tokens of your account.")
final class TokensCommand {

    @ParentCommand
    Caution root;

    @Command(name = "list", description = "List the tokens that are good now.")
    int list(@Option(names = "--json", description = "JSON for machines.") boolean json) {
        JsonNode tokens = root.context().api(Checkout.find()).list("/api/account/tokens");
        if (json) {
            Output.json(tokens);
            return 0;
        }
        for (JsonNode token : tokens) {
            new Output(false).say(token.path("id").asString() + "  until " + Times.day(token.path("expires_at"), "ever")
                    + "  used " + Times.day(token.path("last_used_at"), "never") + "  " + token.path("name").asString()
                    + (token.path("current").asBoolean() ? "  (this one)" : ""));
        }
        return 0;
    }

    @Command(name = "revoke", description = "End a token now. 'caution logout' ends this machine's own.")
    int revoke(
            @Parameters(paramLabel = "ID", description = "Its id, or the beginning of it.") String id,
            @Option(names = "--json", description = "JSON for machines.") boolean json) {
        ApiClient api = root.context().api(Checkout.find());
        var found = api.list("/api/account/tokens").valueStream().filter(token -> token.path("id").asString().startsWith(id)).toList();
        if (found.size() != 1) {
            throw new CliException("not_found", (found.isEmpty() ? "No token's" : "More than one token's") + " id begins with '" + id
                    + "'. 'caution tokens list' shows yours.");
        }
        api.delete("/api/account/tokens/" + found.getFirst().path("id").asString());
        if (json) {
            Output.json(Output.ordered("id", found.getFirst().path("id").asString(), "revoked", true));
        } else {
            new Output(false).say("Revoked " + found.getFirst().path("id").asString() + ".");
        }
        return 0;
    }
}
