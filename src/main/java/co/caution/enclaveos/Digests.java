package co.caution.enclaveos;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Digests as lower-case hex. */
final class Digests {

    private Digests() {}

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(algorithm("SHA-256").digest(bytes));
    }

    static String sha256(Path file) throws IOException {
        MessageDigest digest = algorithm("SHA-256");
        update(digest, file);
        return HexFormat.of().formatHex(digest.digest());
    }

    /** PCR1: {@code SHA384(0^48 ‖ SHA384(kernel ‖ cmdline ‖ ramdisk 0))}. */
    static String pcr1(Path kernel, String cmdline, Path ramdisk) throws IOException {
        MessageDigest content = algorithm("SHA-384");
        update(content, kernel);
        content.update(cmdline.getBytes(StandardCharsets.US_ASCII));
        update(content, ramdisk);
        MessageDigest register = algorithm("SHA-384");
        register.update(new byte[48]);
        return HexFormat.of().formatHex(register.digest(content.digest()));
    }

    private static void update(MessageDigest digest, Path file) throws IOException {
        byte[] buffer = new byte[1 << 17];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n; (n = in.read(buffer)) >= 0; ) {
                digest.update(buffer, 0, n);
            }
        }
    }

    private static MessageDigest algorithm(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has both
        }
    }
}
