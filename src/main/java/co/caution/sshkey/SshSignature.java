package co.caution.sshkey;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/**
 * A detached SSH signature as {@code ssh-keygen -Y sign} makes it (OpenSSH's PROTOCOL.sshsig, version 1). Read strictly:
 * nothing missing, nothing behind the end.
 */
public final class SshSignature {

    private static final String BEGIN = "-----BEGIN SSH SIGNATURE-----";
    private static final String END = "-----END SSH SIGNATURE-----";
    private static final byte[] MAGIC = "SSHSIG".getBytes(StandardCharsets.US_ASCII);
    private static final int LINE = 68;
    private static final int LONGEST = 16_384;
    private static final Map<String, String> DIGESTS = Map.of("sha256", "SHA-256", "sha512", "SHA-512");

    private SshSignature() {}

    /**
     * Checks that the holder of a key signed this message for this purpose.
     *
     * @param namespace what the signature must have been made for ({@code ssh-keygen -n})
     * @return the fingerprint of the key
     * @throws SshKeyException when it is not such a signature
     */
    public static String signer(String armored, String namespace, byte[] message) {
        try {
            ByteBuffer blob = ByteBuffer.wrap(unarmored(armored));
            var magic = new byte[MAGIC.length];
            blob.get(magic);
            if (!Arrays.equals(magic, MAGIC) || blob.getInt() != 1) {
                throw refused("it is not an SSH signature of version 1");
            }
            byte[] keyBlob = bytes(blob);
            String madeFor = text(blob);
            byte[] reserved = bytes(blob);
            String hash = text(blob);
            byte[] signature = bytes(blob);
            if (blob.hasRemaining()) {
                throw refused("something follows its end");
            }
            if (!madeFor.equals(namespace)) {
                throw refused("it was made for '" + SshPublicKey.name(madeFor) + "', not for '" + namespace + "'");
            }
            if (!DIGESTS.containsKey(hash)) {
                throw refused("its hash is neither sha256 nor sha512");
            }
            var key = new ByteArrayBuffer(keyBlob);
            PublicKey publicKey = SshPublicKey.read(key);
            if (key.available() > 0) {
                throw refused("something follows its key");
            }
            var signed = new ByteArrayBuffer();
            signed.putRawBytes(MAGIC);
            signed.putString(namespace);
            signed.putBytes(reserved);
            signed.putString(hash);
            signed.putBytes(MessageDigest.getInstance(DIGESTS.get(hash)).digest(message));
            if (!verify(publicKey, signature, signed.getCompactData())) {
                throw refused("it does not fit the message and the key");
            }
            return SshPublicKey.fingerprint(publicKey);
        } catch (SshKeyException e) {
            throw e;
        } catch (BufferUnderflowException e) {
            throw refused("it is cut off");
        } catch (Exception e) { // the library's parsers throw what they like at bytes that are no key
            throw refused("it could not be read");
        }
    }

    private static boolean verify(PublicKey key, byte[] signature, byte[] signed) throws Exception {
        String algorithm = text(ByteBuffer.wrap(signature));
        Signature verifier = SshPublicKey.SIGNATURES.stream()
                .filter(known -> known.getName().equals(algorithm))
                .findFirst()
                .orElseThrow(() -> refused("its algorithm '" + SshPublicKey.name(algorithm) + "' is not taken here"))
                .create();
        String keyType = KeyUtils.getKeyType(key);
        if (!keyType.equals(algorithm.startsWith("rsa-sha2-") ? "ssh-rsa" : algorithm)) {
            throw refused("its algorithm is not its key's");
        }
        verifier.initVerifier(null, key);
        verifier.update(null, signed, 0, signed.length);
        return verifier.verify(null, signature);
    }

    /** The form in which {@code ssh-keygen} prints and reads one. */
    public static String armored(byte[] signature) {
        return BEGIN + "\n" + Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(signature) + "\n" + END + "\n";
    }

    /** What stands between the first and the last line, decoded. */
    public static byte[] unarmored(String armored) {
        String text = armored == null ? "" : armored.strip();
        if (text.length() > LONGEST || !text.startsWith(BEGIN) || !text.endsWith(END)) {
            throw refused("it does not look like the output of 'ssh-keygen -Y sign'");
        }
        try {
            String base64 = text.substring(BEGIN.length(), text.length() - END.length()).replaceAll("[\r\n]", "");
            byte[] signature = Base64.getDecoder().decode(base64);
            // The decoder drops what is over of the last character: one signature would have several texts (RFC 4648 §3.5).
            if (!Base64.getEncoder().encodeToString(signature).equals(base64)) {
                throw refused("it is not base64 as it is written for its bytes");
            }
            return signature;
        } catch (IllegalArgumentException e) {
            throw refused("it is not base64");
        }
    }

    private static byte[] bytes(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw refused("it is cut off");
        }
        var bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static String text(ByteBuffer in) {
        return new String(bytes(in), StandardCharsets.ISO_8859_1);
    }

    private static SshKeyException refused(String why) {
        return new SshKeyException("The signature was refused: " + why + ".");
    }
}
