package co.caution.eif;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** What a name may look like. The kernel skips a name that it cannot create without a word, so the writer refuses it. */
final class CpioName {

    /** {@code PATH_MAX} of Linux, the final NUL included. */
    static final int MAX = 4096;

    /** {@code NAME_MAX} of Linux. */
    private static final int MAX_COMPONENT = 255;

    /** Ends an archive wherever it occurs, so that what follows would be silently lost. */
    static final String TRAILER = "TRAILER!!!";

    private CpioName() {}

    /** The UTF-8 bytes of a name that obeys every rule. */
    static byte[] encode(String name) throws InvalidCpioException {
        byte[] bytes = utf8("name", name);
        if (name.isEmpty()) {
            throw new InvalidCpioException("an entry has an empty name");
        }
        if (name.startsWith("/")) {
            throw new InvalidCpioException(name + ": absolute names are refused");
        }
        if (name.equals(TRAILER)) {
            throw new InvalidCpioException(name + ": this name ends an archive");
        }
        for (String component : name.split("/", -1)) {
            if (component.isEmpty() || component.equals(".") || component.equals("..")) {
                throw new InvalidCpioException(name + ": the component '" + component + "' is refused");
            }
            if (component.getBytes(StandardCharsets.UTF_8).length > MAX_COMPONENT) {
                throw new InvalidCpioException(name + ": a component is longer than " + MAX_COMPONENT + " bytes");
            }
        }
        return bytes;
    }

    /** The UTF-8 bytes of a symlink's target, which may be anything that the kernel can store. */
    static byte[] encodeTarget(String name, String target) throws InvalidCpioException {
        if (target.isEmpty()) {
            throw new InvalidCpioException(name + ": a symlink needs a target");
        }
        return utf8("target of " + name, target);
    }

    private static byte[] utf8(String what, String text) throws InvalidCpioException {
        ByteBuffer encoded;
        try {
            encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new InvalidCpioException(what + ": not encodable as UTF-8: " + text);
        }
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        if (bytes.length >= MAX) {
            throw new InvalidCpioException(what + ": " + bytes.length + " bytes, PATH_MAX allows " + (MAX - 1) + ": "
                    + text.substring(0, 60) + "…");
        }
        if (text.indexOf('\0') >= 0) {
            throw new InvalidCpioException(what + ": NUL is refused: " + text.replace('\0', '?'));
        }
        return bytes;
    }
}
