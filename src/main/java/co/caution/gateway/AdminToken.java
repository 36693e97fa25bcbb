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
import org.springframework.stereotype.Component;

/**
 * Whoever can read {@code admin.json} in the home directory is the operator. The file holds the server's address and a
 * token that lives as long as this process.
 */
@Component
class AdminToken {

    private final byte[] token;

    AdminToken(PlatformSettings settings, SecureRandom random) throws IOException {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        String hex = HexFormat.of().formatHex(secret);
        this.token = hex.getBytes(StandardCharsets.US_ASCII);
        Path fresh = Files.createTempFile(settings.home(), "admin", ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, "{\"server\":\"" + settings.serverHere() + "\",\"token\":\"" + hex + "\"}\n");
        Files.move(fresh, settings.home().resolve("admin.json"), StandardCopyOption.ATOMIC_MOVE);
    }

    boolean matches(String candidate) {
        return MessageDigest.isEqual(token, candidate.getBytes(StandardCharsets.UTF_8));
    }
}
