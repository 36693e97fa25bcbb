package co.caution.account;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * What a client signs in order to log in, with {@code ssh-keygen -Y sign -n} {@link #NAMESPACE}. The client writes down
 * where it believes to be: a server in between gets a signature that is worth nothing elsewhere.
 *
 * @param origin see {@link #origin}
 * @param user the account's name; empty: whoever the key belongs to
 * @param challenge the server's, good for one answer
 */
public record LoginMessage(String origin, String user, String challenge) {

    public static final String NAMESPACE = "login@caution.co";

    /** The exact bytes: four lines of ASCII, each with its newline. */
    public byte[] bytes() {
        return ("caution login 1\norigin " + origin + "\nuser " + (user.isEmpty() ? "-" : user) + "\nchallenge " + challenge
                + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Scheme, host and port of a URL, in the one form that both sides write: lower case, without the scheme's own port.
     * Empty where it is no http or https URL.
     */
    public static Optional<String> origin(String url) {
        try {
            URI uri = URI.create(url);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if (uri.getHost() == null || !scheme.equals("http") && !scheme.equals("https")) {
                return Optional.empty();
            }
            boolean usual = uri.getPort() < 0 || uri.getPort() == (scheme.equals("http") ? 80 : 443);
            return Optional.of(scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + (usual ? "" : ":" + uri.getPort()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
