package co.caution.eif;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * PCR0, PCR1 and PCR2 of an image, computed while its measured sections stream by.
 *
 * <p>A register is {@code SHA384(0^48 ‖ SHA384(content))}: a TPM-style extend of a zeroed register. PCR0 and PCR1 read the
 * same bytes up to the second ramdisk, so one digest serves both until there.
 */
final class Registers {

    private final MessageDigest whole = sha384();
    private final MessageDigest application = sha384();
    private @Nullable MessageDigest boot;

    /** PCR0 and PCR1. May run beside {@link #application}. */
    void image(ByteBuffer bytes, boolean inApplication) {
        if (boot != null && !inApplication) {
            boot.update(bytes.duplicate());
        }
        whole.update(bytes);
    }

    /** The second ramdisk begins: from here on PCR1 goes its own way. */
    void bootEnds() {
        boot = copy(whole);
    }

    /** PCR2. */
    void application(ByteBuffer bytes) {
        application.update(bytes);
    }

    Measurements finish() {
        MessageDigest first = boot == null ? copy(whole) : boot;
        return new Measurements(extend(whole.digest()), extend(first.digest()), extend(application.digest()));
    }

    /** One extend of a zeroed register. */
    static String extend(byte[] digest) {
        MessageDigest register = sha384();
        register.update(new byte[48]);
        return HexFormat.of().formatHex(register.digest(digest));
    }

    static MessageDigest sha384() {
        try {
            return MessageDigest.getInstance("SHA-384");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-384", e);
        }
    }

    private static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("SHA-384 of the JDK can be cloned", e);
        }
    }
}
