package co.caution.gateway;

import co.caution.app.PlatformSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.springframework.stereotype.Component;

/**
 * Opens {@code /metrics} and nothing else: {@code metrics-token} in the home directory, made once, for a Prometheus that
 * reads it as its {@code credentials_file}.
 */
@Component
class MetricsToken {

    private static final int BYTES = 32;

    private final byte[] token;

    MetricsToken(PlatformSettings settings, SecureRandom random) throws IOException {
        Path file = settings.home().resolve("metrics-token");
        if (!Files.exists(file)) {
            byte[] secret = new byte[BYTES];
            random.nextBytes(secret);
            Path fresh = Files.createTempFile(settings.home(), "metrics", ".new",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(fresh, HexFormat.of().formatHex(secret) + "\n");
            Files.move(fresh, file);
        }
        this.token = Files.readString(file).strip().getBytes(StandardCharsets.UTF_8);
        if (token.length < BYTES) {
            throw new IOException("The file " + file + " is too short to be a token. Delete it; a new one is made at the next"
                    + " start.");
        }
    }

    boolean matches(String candidate) {
        return MessageDigest.isEqual(token, candidate.getBytes(StandardCharsets.UTF_8));
    }
}
