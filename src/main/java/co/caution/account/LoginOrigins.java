package co.caution.account;

import co.caution.sshkey.SshPublicKey;
import java.net.URI;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The addresses by which people know this server. What a request calls it does not count: whoever relays a login says
 * what suits them.
 */
public final class LoginOrigins {

    private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "[::1]");

    private final Set<String> origins;

    /** @param urls where a URL names this very machine, its other names for itself are meant, too */
    public LoginOrigins(Collection<String> urls) {
        origins = urls.stream()
                .map(url -> LoginMessage.origin(url).orElseThrow(
                        () -> new IllegalArgumentException("caution.origins: '" + url + "' is not an http or https URL")))
                .flatMap(origin -> name(origin)
                        .map(name -> LOOPBACK.stream().map(other -> origin.replace("//" + name, "//" + other)))
                        .orElseGet(() -> Stream.of(origin)))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Whether it names whichever machine one is on. */
    public static boolean loopback(String url) {
        return LoginMessage.origin(url).flatMap(LoginOrigins::name).isPresent();
    }

    private static Optional<String> name(String origin) {
        return LOOPBACK.stream().filter(name -> origin.matches("https?://\\Q" + name + "\\E(:\\d+)?")).findFirst();
    }

    public boolean contains(String origin) {
        return origins.contains(origin);
    }

    /** The host names and addresses in them, those of IPv6 in brackets. */
    public Set<String> names() {
        return origins.stream().map(origin -> URI.create(origin).getHost()).collect(Collectors.toUnmodifiableSet());
    }

    /** @throws AccountException where people do not know this server by that */
    void require(String origin) {
        if (!contains(origin)) {
            throw new AccountException("This server does not go by '" + SshPublicKey.name(origin) + "'. Name it " + first()
                    + " (caution --server), or have its operator add the other name: caution.origins.");
        }
    }

    /** Those of a host: where its passkeys may be used. */
    Set<String> ofHost(String host) {
        return origins.stream().filter(origin -> host.equals(URI.create(origin).getHost())).collect(Collectors.toUnmodifiableSet());
    }

    /** The one to tell people. */
    String first() {
        return origins.iterator().next();
    }
}
