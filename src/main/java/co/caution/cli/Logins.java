package co.caution.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** {@code logins.json}: a token for each server, and which server was logged in to last. */
final class Logins {

    /**
     * @param user whose token it is, where that is known
     * @param byKey made by a login with an SSH key, so nobody else uses it
     */
    record Login(String token, @Nullable String user, boolean byKey) {}

    /**
     * @param file where its private half, or the public one of an agent's key, was named or found; null: an agent's
     */
    record Key(String fingerprint, @Nullable Path file) {}

    private final PrivateJson file;

    Logins(Path configuration) {
        this.file = new PrivateJson(configuration.resolve("logins.json"));
    }

    Optional<String> current() {
        return Optional.ofNullable(file.read().path("current").asString(null));
    }

    Optional<Login> of(String server) {
        JsonNode login = file.read().path("servers").path(server);
        return Optional.ofNullable(login.path("token").asString(null))
                .map(token -> new Login(token, login.path("user").asString(null), login.path("by_key").asBoolean(false)));
    }

    void save(String server, Login login) {
        file.change(logins -> {
            logins.put("current", server);
            var entry = logins.withObject("/servers").withObjectProperty(server).removeAll();
            entry.put("token", login.token());
            if (login.user() != null) {
                entry.put("user", login.user());
            }
            if (login.byKey()) {
                entry.put("by_key", true);
            }
        });
    }

    /** The key of the last login to this server by one. */
    Optional<Key> key(String server) {
        JsonNode key = file.read().path("keys").path(server);
        return Optional.ofNullable(key.path("fingerprint").asString(null))
                .map(fingerprint -> new Key(fingerprint, key.has("file") ? Path.of(key.path("file").asString()) : null));
    }

    void saveKey(String server, Key key) {
        file.change(logins -> {
            var entry = logins.withObject("/keys").withObjectProperty(server).removeAll();
            entry.put("fingerprint", key.fingerprint());
            if (key.file() != null) {
                entry.put("file", key.file().toAbsolutePath().toString());
            }
        });
    }

    /** The private authority that was named at a login to this server, as PEM. */
    Optional<String> authority(String server) {
        return Optional.ofNullable(file.read().path("authorities").path(server).asString(null));
    }

    void saveAuthority(String server, String pem) {
        file.change(logins -> logins.withObject("/authorities").put(server, pem));
    }

    void forget(String server) {
        file.change(logins -> logins.withObject("/servers").remove(server));
    }
}
