package co.caution.gateway;

import co.caution.app.PlatformSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whoever can read {@code admin.json} in the home directory is the operator. The file holds the server's address, a
 * token that lives as long as this process, and, where the server speaks TLS, the certificate to expect.
 */
@Component
class AdminToken {

    private final byte[] token;

    AdminToken(PlatformSettings settings, SecureRandom random, JsonMapper json) throws IOException {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        String hex = HexFormat.of().formatHex(secret);
        this.token = hex.getBytes(StandardCharsets.US_ASCII);
        Path fresh = Files.createTempFile(settings.home(), "admin", ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        var file = new LinkedHashMap<String, String>();
        file.put("server", settings.serverHere());
        file.put("token", hex);
        if (settings.certificate() != null) {
            file.put("certificate", settings.certificate().toString());
        }
        Files.writeString(fresh, json.writeValueAsString(file));
        Files.move(fresh, settings.home().resolve("admin.json"), StandardCopyOption.ATOMIC_MOVE);
    }

    boolean matches(String candidate) {
        return MessageDigest.isEqual(token, candidate.getBytes(StandardCharsets.UTF_8));
    }
}
