package co.caution.cli;

import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Where this person's things are: configuration, cache, the server they work with. */
final class Context {

    static final String DEFAULT_SERVER = "http://localhost:8080";

    private final @Nullable String serverOption;
    private final @Nullable String workdirOption;
    private final @Nullable String authorityOption;
    private final @Nullable Path keyOption;

    /**
     * @param authorityOption a file with the only authority to believe for https
     * @param keyOption the SSH key to prove with
     */
    Context(@Nullable String serverOption, @Nullable String workdirOption, @Nullable String authorityOption, @Nullable Path keyOption) {
        this.serverOption = serverOption;
        this.workdirOption = workdirOption;
        this.authorityOption = authorityOption;
        this.keyOption = keyOption;
    }

    /** The authority that is named this time, as PEM. */
    Optional<String> authority() {
        return Optional.ofNullable(authorityOption)
                .or(() -> Surroundings.variable("CAUTION_CA"))
                .map(file -> ServerTrust.read(Surroundings.current().directory().resolve(file)));
    }

    /** Whom to believe that a server is who it says: the authority named now, or at login, or those of this machine. */
    SSLContext trust(String server) {
        return ServerTrust.of(authority().or(() -> new Logins(configuration()).authority(server)));
    }

    /** Calls without a token. */
    ApiClient anonymous(String server) {
        return new ApiClient(server, null, trust(server));
    }

    /** Calls with a token that was just given, or that ends now. */
    ApiClient with(String server, String token) {
        return new ApiClient(server, token, trust(server));
    }

    /** {@code $XDG_CONFIG_HOME/caution}: logins and what this person trusts. */
    static Path configuration() {
        return directory("CAUTION_CONFIG", "XDG_CONFIG_HOME", ".config");
    }

    /** {@code $XDG_DATA_HOME/caution}: the service's home, where none is named. */
    static Path defaultHome() {
        return directory("CAUTION_HOME", "XDG_DATA_HOME", Path.of(".local", "share").toString());
    }

    /** {@code $XDG_CACHE_HOME/caution}: what can be made anew. */
    Path cache() {
        return workdirOption != null
                ? Surroundings.current().directory().resolve(workdirOption)
                : directory("CAUTION_WORKDIR", "XDG_CACHE_HOME", ".cache");
    }

    /**
     * The server: named on the command line, in the environment, by the repository, or the one last logged in to.
     *
     * @param repository's server, from {@code .caution/deployment.json}
     */
    String server(@Nullable String repository) {
        String named = serverOption != null ? serverOption : Surroundings.variable("CAUTION_SERVER").orElse(null);
        String server = named != null
                ? named
                : repository != null ? repository : new Logins(configuration()).current().orElse(DEFAULT_SERVER);
        VerifyCommand.requireUrl(server);
        return server.endsWith("/") ? server.substring(0, server.length() - 1) : server;
    }

    /**
     * The API of the server of this checkout, or of the one named. A token from the environment goes only to a server
     * that its owner named: never to one that a checkout names.
     */
    ApiClient api(Optional<Checkout> checkout) {
        String repository = checkout.map(Checkout::server).orElse(null);
        String server = server(repository);
        boolean ownersChoice = repository == null || server.equals(server(null));
        return api(server, ownersChoice ? Surroundings.variable("CAUTION_TOKEN") : Optional.empty());
    }

    ApiClient api(String server) {
        return api(server, Optional.empty());
    }

    private ApiClient api(String server, Optional<String> named) {
        var logins = new Logins(configuration());
        var login = logins.of(server);
        String token = named.or(() -> login.map(Logins.Login::token)).orElseThrow(() -> new CliException("not_logged_in",
                "Not logged in to " + server + ". Log in with your SSH key: caution --server " + server + " login"));
        return with(server, token).proving(new Proving(keyOption, logins.key(server),
                named.isPresent() ? null : login.map(Logins.Login::user).orElse(null)));
    }

    private static Path directory(String own, String xdg, String fallback) {
        var here = Surroundings.current();
        return here.directory().resolve(Surroundings.variable(own).map(Path::of).orElseGet(() ->
                Surroundings.variable(xdg).map(Path::of).orElse(here.home().resolve(fallback)).resolve("caution")));
    }
}
