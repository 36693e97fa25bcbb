package co.caution.audit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** How each entry holds on to all those before it. */
public final class Chain {

    /** What the first entry holds on to. */
    static final byte[] GENESIS = new byte[32];

    private Chain() {}

    /** SHA-256 of two lines, each ended by a line feed: the hash before and the entry's digest, in lower-case hex. */
    static byte[] link(byte[] before, byte[] digest) {
        var hex = HexFormat.of();
        return sha256((hex.formatHex(before) + "\n" + hex.formatHex(digest) + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has SHA-256
        }
    }
}
