package co.caution.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code caution login}: keeps a token that the operator gave. */
@Command(name = "login", description = "Keep an API token for a server.")
final class LoginCommand implements Callable<Integer> {

    @ParentCommand
    Caution root;

    @Option(names = "--token", interactive = true, arity = "0..1", required = true, paramLabel = "TOKEN",
            description = "The token that 'caution admin add-user' printed; asked for when left out.")
    String token;

    @Override
    public Integer call() {
        String server = root.context().server(null);
        String given = token.strip();
        if (!given.matches("caution_[A-Za-z0-9_-]+")) {
            throw new CliException(Errors.USAGE, "That is not a token: one begins with caution_ and is one word.");
        }
        int apps = new ApiClient(server, given).get("/api/apps").size(); // a wrong token is said now, not later
        new Logins(Context.configuration()).save(server, given);
        System.out.println("Logged in to " + server + " (" + apps + (apps == 1 ? " app)." : " apps)."));
        return 0;
    }
}
