package co.caution.gateway;

import co.caution.app.PlatformSettings;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whoever can read {@code admin.json} in the home directory is the operator. The file holds the server's address, a
 * token that lives as long as this process, and, where the server speaks TLS, the certificate to expect.
 */
@Component
class AdminToken {

    private final String token;

    AdminToken(PlatformSettings settings, SecureRandom random, JsonMapper json) throws IOException {
        this.token = TokenFile.newToken(random);
        var file = new LinkedHashMap<String, String>();
        file.put("server", settings.serverHere());
        file.put("token", token);
        if (settings.certificate() != null) {
            file.put("certificate", settings.certificate().toString());
        }
        TokenFile.write(settings.home().resolve("admin.json"), json.writeValueAsString(file));
    }

    boolean matches(String candidate) {
        return TokenFile.same(token, candidate);
    }
}
