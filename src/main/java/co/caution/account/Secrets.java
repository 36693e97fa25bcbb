package co.caution.account;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/** What is shown once and afterwards known only by its hash: 32 random bytes in base64url, after a word that says what it is. */
final class Secrets {

    private static final int BYTES = 32;

    private Secrets() {}

    /** @param prefix tells people and secret scanners what a leaked string is */
    static String make(SecureRandom random, String prefix) {
        byte[] secret = new byte[BYTES];
        random.nextBytes(secret);
        return prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }

    /** SHA-256: what it is of has 256 random bits, so nothing slower is needed. */
    static byte[] hash(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has SHA-256
        }
    }
}
