package co.caution.app;

import java.nio.file.Path;
import java.util.UUID;

/**
 * Where the platform keeps its things and how it is reached.
 *
 * @param home everything that must survive a restart lies below it
 * @param host the name by which people reach this machine
 * @param appHost the name that app URLs carry; unlike {@code host}, so that an app never sees the gateway's cookies
 * @param bind the address that the gateway, SSH and the front doors listen on
 * @param firstPort the first port that front doors may take
 * @param lastPort the last one
 * @param buildsAtOnce builds that run at the same time; others wait their turn
 */
public record PlatformSettings(
        Path home,
        String host,
        String appHost,
        String bind,
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

    public String server() {
        return "http://" + host + ":" + httpPort;
    }

    /** The same, for whoever is on this machine: no name to look up, no network to cross. */
    public String serverHere() {
        return "http://" + (bind.equals("0.0.0.0") || bind.equals("::") ? "127.0.0.1" : bind) + ":" + httpPort;
    }

    public String gitUrl(UUID app) {
        return "ssh://git@" + host + ":" + sshPort + "/" + app + ".git";
    }

    public String appUrl(int publicPort) {
        return "http://" + appHost + ":" + publicPort;
    }

    /** A repository's path comes from the app's id, never from a name. */
    Path repository(UUID app) {
        return home.resolve("repositories").resolve(app + ".git");
    }

    Path build(UUID build) {
        return home.resolve("builds").resolve(build.toString());
    }

    Path image(String sha256) {
        return home.resolve("images").resolve(sha256 + ".eif");
    }
}
