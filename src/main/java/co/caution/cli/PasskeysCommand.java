package co.caution.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code caution passkeys list|link}: they are made and removed in a browser. */
@Command(name = "passkeys", description = "List your passkeys, or go to a browser to make one.")
final class PasskeysCommand {

    @ParentCommand
    Caution root;

    @Command(name = "link", description = "Print a link that signs your browser in, once, within ten minutes, to make a passkey there.")
    int link(@Option(names = "--json", description = "JSON for machines.") boolean json) {
        JsonNode made = root.context().api(Checkout.find()).post("/api/account/browser-link", Map.of());
        if (json) {
            Output.json(made);
            return 0;
        }
        new Output(false).say("Open this within ten minutes; it is you who opens it, so show it to nobody:");
        new Output(false).say("  " + made.path("link").asString());
        return 0;
    }

    @Command(name = "list", description = "List your passkeys.")
    int list(@Option(names = "--json", description = "JSON for machines.") boolean json) {
        new Output(json).list(root.context().api(Checkout.find()).list("/api/passkeys"),
                "No passkeys. Make one in a browser: caution passkeys link",
                passkey -> passkey.path("id").asString() + "  used " + Times.day(passkey.path("last_used_at"), "never") + "  "
                        + passkey.path("name").asString());
        return 0;
    }
}
