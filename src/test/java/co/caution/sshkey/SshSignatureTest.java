package co.caution.sshkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signatures by the system's own {@code ssh-keygen}, and the ones that it would not make. */
class SshSignatureTest {

    private static final byte[] MESSAGE = "a message\n".getBytes(StandardCharsets.UTF_8);
    private static final String PURPOSE = "test@caution";
    private static final String BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "ecdsa 256", "ecdsa 384", "ecdsa 521", "rsa 2048"})
    void whatSshKeygenSignsIsAcceptedAndNamesItsKey(String type) throws Exception {
        String key = key(type);
        String signature = sign(PURPOSE);
        assertThat(SshSignature.signer(signature, PURPOSE, MESSAGE)).isEqualTo(key);
        assertThat(SshSignature.signer(signature.replace("\n", "\r\n"), PURPOSE, MESSAGE)).isEqualTo(key);
    }

    @Test
    void anotherMessageAndAnotherPurposeAreRefused() throws Exception {
        key("ed25519");
        String signature = sign(PURPOSE);
        assertRefused(signature, "other".getBytes(StandardCharsets.UTF_8), "does not fit");
        assertRefused(sign("git"), MESSAGE, "made for 'git'");
    }

    @Test
    void oneSignatureHasOneText() throws Exception {
        key("ed25519");
        String signature = sign(PURPOSE);
        int last = signature.indexOf("=\n-----END") - 1;
        int bits = BASE64.indexOf(signature.charAt(last));
        assertThat(bits % 4).as("two bits of the last character are over").isZero();
        for (int over = 1; over < 4; over++) {
            var other = new StringBuilder(signature);
            other.setCharAt(last, BASE64.charAt(bits + over));
            assertRefused(other.toString(), MESSAGE, "not base64 as it is written");
        }
        assertRefused(new StringBuilder(signature).deleteCharAt(last + 1).toString(), MESSAGE, "not base64 as it is written");
    }

    @Test
    void aShortRsaKeyIsRefused() throws Exception {
        run(List.of("ssh-keygen", "-q", "-t", "rsa", "-b", "1024", "-N", "", "-f", "key"), new byte[0]);
        assertThatThrownBy(() -> SshSignature.signer(sign(PURPOSE), PURPOSE, MESSAGE)).hasMessageContaining("at least 2048");
    }

    @Test
    void sha1IsRefusedEvenWhereItsBytesAreRight() throws Exception {
        var pair = generate("RSA", 2048);
        for (String[] algorithm : new String[][] {{"ssh-rsa", "SHA1withRSA"}, {"rsa-sha2-512", "SHA512withRSA"}}) {
            var key = new ByteArrayBuffer();
            key.putRawPublicKey(pair.getPublic());
            String signature = armored(key.getCompactData(), "sha512", signed("sha512"), data -> {
                var signer = Signature.getInstance(algorithm[1]);
                signer.initSign(pair.getPrivate());
                signer.update(data);
                return blob(algorithm[0], signer.sign());
            });
            if (algorithm[0].equals("ssh-rsa")) {
                assertRefused(signature, MESSAGE, "'ssh-rsa' is not taken here");
            } else {
                assertThat(SshSignature.signer(signature, PURPOSE, MESSAGE)).startsWith("SHA256:");
            }
        }
    }

    @Test
    void aSecurityKeyCountsOnlyWhenItWasTouched() throws Exception {
        var pair = generate("Ed25519", 0);
        assertThat(SshSignature.signer(bySecurityKey(pair, 1), PURPOSE, MESSAGE)).startsWith("SHA256:");
        assertRefused(bySecurityKey(pair, 0), MESSAGE, "does not fit");
    }

    @Test
    void noByteMayBeOtherMissingOrMore() throws Exception {
        key("ed25519");
        byte[] blob = blobOf(sign(PURPOSE));
        var random = new Random(1);
        for (int i = 0; i < blob.length; i++) {
            byte[] other = blob.clone();
            other[i] ^= (byte) (1 << random.nextInt(8));
            assertRefused(armor(other), MESSAGE, "refused");
            assertRefused(armor(Arrays.copyOf(blob, i)), MESSAGE, "refused");
        }
        assertRefused(armor(Arrays.copyOf(blob, blob.length + 1)), MESSAGE, "something follows its end");
        assertRefused("", MESSAGE, "does not look like");
        assertRefused(null, MESSAGE, "does not look like");
        assertRefused(armor(new byte[20_000]), MESSAGE, "does not look like");
    }

    private interface Signing {
        byte[] sign(byte[] data) throws GeneralSecurityException;
    }

    /** As the FIDO device does it: over the application, its flags and counter, and the hash of what is signed. */
    private static String bySecurityKey(KeyPair pair, int flags) throws Exception {
        byte[] encoded = pair.getPublic().getEncoded();
        var key = new ByteArrayBuffer();
        key.putString("sk-ssh-ed25519@openssh.com");
        key.putBytes(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
        key.putString("ssh:");
        return armored(key.getCompactData(), "sha512", signed("sha512"), data -> {
            var sha256 = MessageDigest.getInstance("SHA-256");
            var device = new ByteArrayBuffer();
            device.putRawBytes(sha256.digest("ssh:".getBytes(StandardCharsets.US_ASCII)));
            device.putByte((byte) flags);
            device.putUInt(7);
            device.putRawBytes(sha256.digest(data));
            var signer = Signature.getInstance("Ed25519");
            signer.initSign(pair.getPrivate());
            signer.update(device.getCompactData());
            var signature = new ByteArrayBuffer();
            signature.putString("sk-ssh-ed25519@openssh.com");
            signature.putBytes(signer.sign());
            signature.putByte((byte) flags);
            signature.putUInt(7);
            return signature.getCompactData();
        });
    }

    private static byte[] signed(String hash) throws GeneralSecurityException {
        var signed = new ByteArrayBuffer();
        signed.putRawBytes("SSHSIG".getBytes(StandardCharsets.US_ASCII));
        signed.putString(PURPOSE);
        signed.putString("");
        signed.putString(hash);
        signed.putBytes(MessageDigest.getInstance("SHA-512").digest(MESSAGE));
        return signed.getCompactData();
    }

    private static String armored(byte[] key, String hash, byte[] signed, Signing signing) throws GeneralSecurityException {
        var blob = new ByteArrayBuffer();
        blob.putRawBytes("SSHSIG".getBytes(StandardCharsets.US_ASCII));
        blob.putUInt(1);
        blob.putBytes(key);
        blob.putString(PURPOSE);
        blob.putString("");
        blob.putString(hash);
        blob.putBytes(signing.sign(signed));
        return armor(blob.getCompactData());
    }

    private static byte[] blob(String algorithm, byte[] signature) {
        byte[] name = algorithm.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(8 + name.length + signature.length)
                .putInt(name.length).put(name).putInt(signature.length).put(signature).array();
    }

    private static String armor(byte[] blob) {
        return "-----BEGIN SSH SIGNATURE-----\n" + Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(blob)
                + "\n-----END SSH SIGNATURE-----\n";
    }

    private static byte[] blobOf(String armored) {
        return Base64.getMimeDecoder().decode(armored.replaceAll("-----.*-----", ""));
    }

    private static KeyPair generate(String algorithm, int bits) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance(algorithm);
        if (bits > 0) {
            generator.initialize(bits);
        }
        return generator.generateKeyPair();
    }

    private static void assertRefused(String signature, byte[] message, String why) {
        assertThatThrownBy(() -> SshSignature.signer(signature, PURPOSE, message))
                .isInstanceOf(SshKeyException.class)
                .hasMessageContaining(why);
    }

    /** Makes a key, such as {@code rsa 2048}, and gives its fingerprint. */
    private String key(String type) throws Exception {
        String[] words = type.split(" ");
        var command = new ArrayList<>(List.of("ssh-keygen", "-q", "-t", words[0], "-N", "", "-f", "key"));
        if (words.length > 1) {
            command.addAll(List.of("-b", words[1]));
        }
        run(command, new byte[0]);
        return SshPublicKey.parse(Files.readString(directory.resolve("key.pub"))).fingerprint();
    }

    private String sign(String namespace) throws IOException, InterruptedException {
        return run(List.of("ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", "key"), MESSAGE);
    }

    private String run(List<String> command, byte[] input) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        process.getOutputStream().write(input);
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
        return output;
    }
}
