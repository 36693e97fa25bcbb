package co.caution.enclaveos;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What a release measures, as lower-case hex. */
final class Pcr1 {

    private Pcr1() {}

    /** PCR1: {@code SHA384(0^48 ‖ SHA384(kernel ‖ cmdline ‖ ramdisk 0))}. */
    static String of(Path kernel, String cmdline, Path ramdisk) throws IOException {
        MessageDigest content = sha384();
        update(content, kernel);
        content.update(cmdline.getBytes(StandardCharsets.US_ASCII));
        update(content, ramdisk);
        MessageDigest register = sha384();
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

    private static MessageDigest sha384() {
        try {
            return MessageDigest.getInstance("SHA-384");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }
}
