package co.caution.eif;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * PCR0, PCR1 and PCR2 of an image, computed while its sections stream by.
 *
 * <p>A register is {@code SHA384(0^48 ‖ SHA384(content))}: a TPM-style extend of a zeroed register. PCR0 and PCR1 read the
 * same bytes up to the second ramdisk, so one digest serves both until there.
 */
final class Registers {

    private final MessageDigest whole = sha384();
    private final MessageDigest application = sha384();
    private @Nullable MessageDigest boot;
    private int ramdisks;
    private Section.Type current = Section.Type.METADATA;

    /** Says which section the bytes that follow belong to. */
    void section(Section.Type type) {
        current = type;
        if (type == Section.Type.RAMDISK && ++ramdisks == 2) {
            boot = copy(whole);
        }
    }

    /** PCR0 and PCR1. May run beside {@link #updateApplication} on the same bytes. */
    void updateImage(byte[] bytes, int length) {
        if (!current.measured()) {
            return;
        }
        whole.update(bytes, 0, length);
        if (boot != null && !inApplication()) {
            boot.update(bytes, 0, length);
        }
    }

    /** PCR2. */
    void updateApplication(byte[] bytes, int length) {
        if (inApplication()) {
            application.update(bytes, 0, length);
        }
    }

    Measurements finish() {
        MessageDigest first = boot == null ? copy(whole) : boot;
        return new Measurements(extend(whole.digest()), extend(first.digest()), extend(application.digest()));
    }

    private boolean inApplication() {
        return current == Section.Type.RAMDISK && ramdisks > 1;
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
