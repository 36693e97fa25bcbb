package co.caution.app;

import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where the platform keeps its things and how it is reached.
 *
 * @param home everything that must survive a restart lies below it
 * @param host the name by which people reach this machine
 * @param appHost the name that app URLs carry; unlike {@code host}, so that an app never sees the gateway's cookies
 * @param bind the address that the gateway, SSH and the front doors listen on
 * @param publicUrl the API's address as people type it, without a slash at its end
 * @param certificate what the API and the attestation endpoints serve TLS with; null where they do not
 * @param firstPort the first port that front doors may take
 * @param lastPort the last one
 * @param buildsAtOnce builds that run at the same time; others wait their turn
 */
public record PlatformSettings(
        Path home,
        String host,
        String appHost,
        String bind,
        String publicUrl,
        @Nullable Path certificate,
        int httpPort,
        int sshPort,
        int firstPort,
        int lastPort,
        int buildsAtOnce) {

    public PlatformSettings {
        home = home.toAbsolutePath().normalize();
        if (firstPort < 1 || lastPort > 65_535 || firstPort > lastPort) {
            throw new IllegalArgumentException("caution.first-port and caution.last-port must be a range within"
                    + " 1-65535, not " + firstPort + "-" + lastPort);
        }
    }

    public boolean tls() {
        return certificate != null;
    }

    /** The same, for whoever is on this machine: no name to look up, no network to cross. */
    public String serverHere() {
        return scheme() + (bind.equals("0.0.0.0") || bind.equals("::") ? "127.0.0.1" : bind) + ":" + httpPort;
    }

    public String gitUrl(UUID app) {
        return "ssh://git@" + host + ":" + sshPort + "/" + app + ".git";
    }

    /** The secret stands behind the '#': browsers send that to nobody, and so no log holds it. */
    public String invitationUrl(String secret) {
        return publicUrl + "/join#" + secret;
    }

    /** Bytes are passed on as they are: whether an app speaks TLS on its port is its own business. */
    public String appUrl(int publicPort) {
        return "http://" + appHost + ":" + publicPort;
    }

    public String attestationUrl(int publicPort) {
        return scheme() + appHost + ":" + publicPort + "/attestation";
    }

    /** TLS that ends in the enclave, whatever this service itself speaks. */
    public String channelUrl(int publicPort) {
        return "https://" + appHost + ":" + publicPort;
    }

    private String scheme() {
        return tls() ? "https://" : "http://";
    }

    /** A repository's path comes from the app's id, never from a name. */
    Path repository(UUID app) {
        return home.resolve("repositories").resolve(app + ".git");
    }

    Path build(UUID build) {
        return home.resolve("builds").resolve(build.toString());
    }

    Path pushLog(UUID build) {
        return build(build).resolve("push.log");
    }

    Path restartLog(UUID build) {
        return build(build).resolve("restart.log");
    }

    /** A list of an app's files, for anyone who knows its digest. */
    public Path files(String sha256) {
        return home.resolve("files").resolve(sha256);
    }

    public Path image(String sha256) {
        return home.resolve("images").resolve(sha256 + ".eif");
    }
}
