package co.caution.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code caution logout}: the token ends on the server, then here. */
@Command(name = "logout", description = "Revoke the token that this machine keeps for a server, and forget it.")
final class LogoutCommand implements Callable<Integer> {

    @ParentCommand
    Caution root;

    @Option(names = "--all", description = "End all of the account's tokens and browsers' sessions, on every machine.")
    boolean all;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    @Override
    public Integer call() {
        String server = root.context().server(null);
        var logins = new Logins(Context.configuration());
        var login = logins.of(server);
        if (login.isEmpty()) {
            throw new CliException("not_logged_in", "Not logged in to " + server + ".");
        }
        boolean revoked = true;
        int others = 0;
        try {
            ApiClient api = root.context().with(server, login.get().token());
            if (all) {
                // In this order: a token can still become a session, a session no token without proof.
                others = api.deleteAll("/api/account/tokens") + api.deleteAll("/api/sessions");
            }
            api.delete("/api/account/tokens/current");
        } catch (CliException e) {
            if (all) {
                throw e; // whoever wants everything to end keeps what ends it
            }
            if (!e.code().equals("not_logged_in")) {
                logins.forget(server);
                throw new CliException(Errors.OTHER, e.code(), "The token is forgotten here, but it was not revoked: " + e.getMessage()
                        + " It stays good until it ends, or until 'caution tokens revoke'.", e.request());
            }
            revoked = false;
        }
        logins.forget(server);
        if (json) {
            Output.json(Output.ordered("server", server, "revoked", revoked, "others", all ? others : null));
        } else {
            System.out.println("Logged out of " + server + (revoked ? "." : "; the token was revoked or too old already.")
                    + (all ? " Ended elsewhere: " + others + " tokens and sessions." : ""));
        }
        return 0;
    }
}
