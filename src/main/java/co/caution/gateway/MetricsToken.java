package co.caution.gateway;

import co.caution.app.PlatformSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.springframework.stereotype.Component;

/**
 * Opens {@code /metrics} and nothing else: {@code metrics-token} in the home directory, made once, for a Prometheus that
 * reads it as its {@code credentials_file}.
 */
@Component
class MetricsToken {

    private final String token;

    MetricsToken(PlatformSettings settings, SecureRandom random) throws IOException {
        Path file = settings.home().resolve("metrics-token");
        if (!Files.exists(file)) {
            TokenFile.write(file, TokenFile.newToken(random) + "\n");
        }
        this.token = Files.readString(file).strip();
        if (token.getBytes(StandardCharsets.UTF_8).length < TokenFile.BYTES) {
            throw new IOException("The file " + file + " is too short to be a token. Delete it; a new one is made at the next"
                    + " start.");
        }
    }

    boolean matches(String candidate) {
        return TokenFile.same(token, candidate);
    }
}
