package co.caution.cli;

import java.nio.file.Path;
import java.util.Optional;

/** {@code logins.json}: a token for each server, and which server was logged in to last. */
final class Logins {

    private final PrivateFile file;

    Logins(Path configuration) {
        this.file = new PrivateFile(configuration.resolve("logins.json"));
    }

    Optional<String> current() {
        return Optional.ofNullable(file.read().path("current").asString(null));
    }

    Optional<String> token(String server) {
        return Optional.ofNullable(file.read().path("servers").path(server).path("token").asString(null));
    }

    void save(String server, String token) {
        var logins = file.read();
        logins.put("current", server);
        logins.withObject("/servers").withObjectProperty(server).put("token", token);
        file.write(logins);
    }
}
