package co.caution.gateway;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Tokens that whoever may read a file in the home directory may use. */
final class TokenFile {

    static final int BYTES = 32;

    private TokenFile() {}

    /** {@link #BYTES} random bytes in hex. */
    static String newToken(SecureRandom random) {
        byte[] secret = new byte[BYTES];
        random.nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    /** Puts the file in place whole, readable by this user alone. */
    static void write(Path file, String content) throws IOException {
        Path fresh = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, content);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** In a time that says nothing about where they differ. */
    static boolean same(String token, String candidate) {
        return MessageDigest.isEqual(token.getBytes(StandardCharsets.UTF_8), candidate.getBytes(StandardCharsets.UTF_8));
    }
}
