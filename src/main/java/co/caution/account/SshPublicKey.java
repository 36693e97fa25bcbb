package co.caution.account;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import org.apache.sshd.common.config.keys.AuthorizedKeyEntry;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.apache.sshd.common.digest.BuiltinDigests;

/**
 * An SSH public key that may sign in.
 *
 * @param line the key in OpenSSH's one-line form, without options and comment
 * @param fingerprint {@code SHA256:} and the unpadded base64 of the SHA-256 of the key blob, as {@code ssh-keygen -l}
 */
public record SshPublicKey(String line, String fingerprint) {

    private static final int SMALLEST_RSA = 2048;
    private static final List<String> TYPES = List.of(
            "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa");

    /** Reads one line of a {@code .pub} file: Ed25519, ECDSA or RSA of at least 2048 bits. */
    public static SshPublicKey parse(String text) {
        String line = text == null ? "" : text.strip();
        if (line.contains("PRIVATE KEY")) {
            throw new InvalidAccountException("This is a private key. Give the public half: the file that ends in .pub.");
        }
        if (line.isEmpty() || line.lines().count() != 1) {
            throw new InvalidAccountException("One SSH public key on one line is expected, as in ~/.ssh/id_ed25519.pub.");
        }
        try {
            var entry = AuthorizedKeyEntry.parseAuthorizedKeyEntry(line);
            if (entry == null || !TYPES.contains(entry.getKeyType())) {
                throw new InvalidAccountException("The key type '"
                        + (entry == null ? "?" : entry.getKeyType())
                        + "' is not supported: use Ed25519, ECDSA or RSA.");
            }
            PublicKey key = entry.resolvePublicKey(null, PublicKeyEntryResolver.FAILING);
            if (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < SMALLEST_RSA) {
                throw new InvalidAccountException("This RSA key has " + rsa.getModulus().bitLength()
                        + " bits; at least " + SMALLEST_RSA + " are needed. Make an Ed25519 key: ssh-keygen -t ed25519");
            }
            String[] words = line.substring(line.indexOf(entry.getKeyType())).split("\\s+");
            return new SshPublicKey(words[0] + " " + words[1], fingerprint(key));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new InvalidAccountException("This is not an SSH public key: " + e.getMessage());
        }
    }

    /** The fingerprint of a key that a client presented. */
    public static String fingerprint(PublicKey key) {
        return KeyUtils.getFingerPrint(BuiltinDigests.sha256, key);
    }
}
