package co.caution.sshkey;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.List;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.config.keys.AuthorizedKeyEntry;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.apache.sshd.common.digest.BuiltinDigests;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/**
 * An SSH public key that may sign in.
 *
 * @param line the key in OpenSSH's one-line form, without options and comment
 * @param fingerprint {@code SHA256:} and the unpadded base64 of the SHA-256 of the key blob, as {@code ssh-keygen -l}
 * @param comment what stood behind the key, at most 64 printable characters; often empty
 */
public record SshPublicKey(String line, String fingerprint, String comment) {

    /**
     * What clients may sign with, here and over SSH. {@code ssh-rsa}, which is SHA-1, is not among them. Security keys
     * count only when they were touched: these verifiers ask for the flag.
     */
    public static final List<NamedFactory<Signature>> SIGNATURES = List.of(
            BuiltinSignatures.ed25519,
            BuiltinSignatures.nistp256,
            BuiltinSignatures.nistp384,
            BuiltinSignatures.nistp521,
            BuiltinSignatures.rsaSHA512,
            BuiltinSignatures.rsaSHA256,
            BuiltinSignatures.sk_ssh_ed25519,
            BuiltinSignatures.sk_ecdsa_sha2_nistp256);

    private static final int SMALLEST_RSA = 2048;
    /** OpenSSH's limits: with longer ones a check takes seconds, and strangers choose the key that their signature is checked with. */
    private static final int LONGEST_RSA = 16_384;
    private static final int LONGEST_RSA_EXPONENT = 64;
    private static final int LONGEST_COMMENT = 64;
    private static final List<String> TYPES = List.of("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
            "ecdsa-sha2-nistp521", "ssh-rsa", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com");

    static {
        // Bouncy Castle looks for primes in each RSA key that it reads, which takes up to seconds. Whoever makes a bad one harms themselves.
        System.setProperty("org.bouncycastle.rsa.max_mr_tests", "0");
    }

    /** Reads one line of a {@code .pub} file: Ed25519, ECDSA, either of them on a security key, or RSA of at least 2048 bits. */
    public static SshPublicKey parse(String text) {
        String line = text == null ? "" : text.strip();
        if (line.contains("PRIVATE KEY")) {
            throw new SshKeyException("This is a private key. Give the public half: the file that ends in .pub.");
        }
        if (line.isEmpty() || line.lines().count() != 1) {
            throw new SshKeyException("One SSH public key on one line is expected, as in ~/.ssh/id_ed25519.pub.");
        }
        try {
            var entry = AuthorizedKeyEntry.parseAuthorizedKeyEntry(line);
            if (entry == null || !TYPES.contains(entry.getKeyType())) {
                throw unsupported(entry == null ? "?" : entry.getKeyType());
            }
            if (!entry.getLoginOptions().isEmpty()) {
                throw new SshKeyException("This key is given with restrictions (" + name(String.join(", ", entry.getLoginOptions().keySet()))
                        + "), which would not hold here. Give the line as it stands in the file that ends in .pub.");
            }
            PublicKey key = entry.resolvePublicKey(null, PublicKeyEntryResolver.FAILING);
            requireStrong(key);
            // Written anew, not cut out of what was given: base64 is written in several ways.
            var blob = new ByteArrayBuffer();
            blob.putRawPublicKey(key);
            return new SshPublicKey(KeyUtils.getKeyType(key) + " " + Base64.getEncoder().encodeToString(blob.getCompactData()), fingerprint(key),
                    entry.getComment() == null ? "" : name(entry.getComment()));
        } catch (SshKeyException e) {
            throw e;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            // The library's parsers throw what they like at what is no key, and say it in words of their own insides.
            throw new SshKeyException("This is not an SSH public key, or one that is damaged. Give the line as it stands in the file that ends"
                    + " in .pub.");
        }
    }

    /** Such as {@code ssh-ed25519}. */
    public String type() {
        return line.substring(0, line.indexOf(' '));
    }

    /** The fingerprint of a key that a client presented. */
    public static String fingerprint(PublicKey key) {
        return KeyUtils.getFingerPrint(BuiltinDigests.sha256, key);
    }

    /** The next key in what somebody sent. */
    static PublicKey read(ByteArrayBuffer from) throws GeneralSecurityException, IOException {
        PublicKey key = from.getRawPublicKey();
        requireStrong(key);
        return key;
    }

    /** @throws SshKeyException for a key type or size that is not taken here */
    static void requireStrong(PublicKey key) {
        String type = KeyUtils.getKeyType(key);
        if (!TYPES.contains(type)) {
            throw unsupported(type);
        }
        if (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < SMALLEST_RSA) {
            throw new SshKeyException("This RSA key has " + rsa.getModulus().bitLength()
                    + " bits; at least " + SMALLEST_RSA + " are needed. Make an Ed25519 key: ssh-keygen -t ed25519");
        }
        if (key instanceof RSAPublicKey rsa && (rsa.getModulus().bitLength() > LONGEST_RSA
                || rsa.getPublicExponent().bitLength() > LONGEST_RSA_EXPONENT)) {
            throw new SshKeyException("This RSA key is larger than what OpenSSH takes. Make an Ed25519 key: ssh-keygen -t ed25519");
        }
    }

    /** A name that a person gave to a key or token, fit to be shown. */
    public static String name(String given) {
        String printable = given.strip().replaceAll("[^\\p{L}\\p{N}\\p{P}\\p{S} ]", "");
        return printable.substring(0, printable.offsetByCodePoints(0,
                Math.min(LONGEST_COMMENT, printable.codePointCount(0, printable.length()))));
    }

    private static SshKeyException unsupported(String type) {
        return new SshKeyException("The key type '" + type
                + "' is not supported: use Ed25519, ECDSA (also on a security key) or RSA.");
    }
}
