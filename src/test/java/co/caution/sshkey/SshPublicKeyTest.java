package co.caution.sshkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SshPublicKeyTest {

    private static final String ED25519 =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

    @Test
    void aKeyIsReadWithOrWithoutItsComment() {
        assertThat(SshPublicKey.parse(ED25519 + " somebody@somewhere\n").line()).isEqualTo(ED25519);
        assertThat(SshPublicKey.parse(ED25519).fingerprint())
                .isEqualTo("SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU");
    }

    @Test
    void aShortRsaKeyIsRefusedWithWhatToDo() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        String line = PublicKeyEntry.toString(generator.generateKeyPair().getPublic());
        assertThatThrownBy(() -> SshPublicKey.parse(line))
                .isInstanceOf(SshKeyException.class)
                .hasMessageContaining("1024")
                .hasMessageContaining("ssh-keygen -t ed25519");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "ssh-ed25519", "ssh-ed25519 !!!", "ssh-dss AAAAB3NzaC1kc3M=", ED25519 + "\n" + ED25519,
        "-----BEGIN OPENSSH PRIVATE KEY-----"})
    void whatIsNoPublicKeyIsRefused(String text) {
        assertThatThrownBy(() -> SshPublicKey.parse(text)).isInstanceOf(SshKeyException.class);
    }

    /** They would not hold here, and may hold another key, which lists and proofs would show. */
    @Test
    void aKeyWithOptionsIsRefused() {
        for (String options : List.of("restrict", "cert-authority", "command=\"" + ED25519 + "\"", "environment=\"A=ssh-rsa AAAA b\"",
                "from=\"ssh-ed25519 QQ\",no-pty")) {
            assertThatThrownBy(() -> SshPublicKey.parse(options + " " + ED25519 + " somebody at home")).as(options)
                    .isInstanceOf(SshKeyException.class)
                    .hasMessageContaining("with restrictions (" + options.split("[=,]")[0])
                    .hasMessageContaining("ends in .pub");
        }
    }

    @Test
    void aKeyHasOneLine() throws Exception {
        String rsa = rsa(modulus(), BigInteger.valueOf(65537));
        assertThat(SshPublicKey.parse(rsa).line()).isEqualTo(rsa);
        byte[] blob = Base64.getDecoder().decode(rsa.substring("ssh-rsa ".length()));
        byte[] more = Arrays.copyOf(blob, blob.length + 1);
        assertThat(SshPublicKey.parse("ssh-rsa " + Base64.getEncoder().encodeToString(more)).line()).isEqualTo(rsa);
    }

    @Test
    void aKeyOnASecurityKeyKeepsItsLine() {
        byte[] known = Base64.getDecoder().decode(ED25519.substring("ssh-ed25519 ".length()));
        var blob = new ByteArrayBuffer();
        blob.putString("sk-ssh-ed25519@openssh.com");
        blob.putBytes(Arrays.copyOfRange(known, known.length - 32, known.length));
        blob.putString("ssh:");
        String line = "sk-ssh-ed25519@openssh.com " + Base64.getEncoder().encodeToString(blob.getCompactData());
        assertThat(SshPublicKey.parse(line + " touched").line()).isEqualTo(line);
        assertThat(SshPublicKey.parse(line + " touched").comment()).isEqualTo("touched");
    }

    /** Strangers sign in with keys of their own making: none may take seconds to be read, or to check a signature with. */
    @Test
    void aKeyThatIsMadeToTakeLongIsRefusedBeforeItDoes() throws Exception {
        BigInteger modulus = modulus();
        assertThat(SshPublicKey.parse(rsa(modulus, BigInteger.TWO.pow(63).add(BigInteger.ONE))).type()).isEqualTo("ssh-rsa");
        assertThatThrownBy(() -> SshPublicKey.parse(rsa(modulus, BigInteger.TWO.pow(64).add(BigInteger.ONE))))
                .isInstanceOf(SshKeyException.class).hasMessageContaining("larger than what OpenSSH takes");
        assertThatThrownBy(() -> SshPublicKey.parse(rsa(modulus.pow(9), BigInteger.valueOf(65537)))).isInstanceOf(SshKeyException.class);
        // What looks for primes in it, and so computes for seconds where it is long, would refuse this one.
        assertThat(SshPublicKey.parse(rsa(BigInteger.probablePrime(2048, new Random(1)), BigInteger.valueOf(65537))).type()).isEqualTo("ssh-rsa");
    }

    /** Of a key as people have them: with no small factor, for which it would be refused at once. */
    private static BigInteger modulus() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return ((RSAPublicKey) generator.generateKeyPair().getPublic()).getModulus();
    }

    private static String rsa(BigInteger modulus, BigInteger exponent) {
        var blob = new ByteArrayBuffer();
        blob.putString("ssh-rsa");
        blob.putMPInt(exponent);
        blob.putMPInt(modulus);
        return "ssh-rsa " + Base64.getEncoder().encodeToString(blob.getCompactData());
    }

    /** An RSA modulus or exponent of -1, 0, or none; a point that is on no curve. */
    @ParameterizedTest
    @ValueSource(strings = {
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAf8=", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQA=", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAA==",
        "ssh-rsa AAAAB3NzaC1yc2EAAAAB/wAAAAH/", "ssh-rsa AAAAB3NzaC1yc2EAAAAAAAAAAA==",
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAAABAA=="})
    void aKeyOfNumbersThatAreNoneIsRefusedInOurOwnWords(String line) {
        assertThatThrownBy(() -> SshPublicKey.parse(line)).isInstanceOf(SshKeyException.class)
                .message().matches("This (is not an SSH public key, or one that is damaged\\.|RSA key has \\d+ bits;) .*");
    }

    /** As ssh-keygen writes them, whatever the numbers: what it wrote is what is kept. */
    @ParameterizedTest
    @CsvSource({"RSA, 2048", "EC, 256", "EC, 384", "EC, 521"})
    void aKeyOfEachKindIsKeptAsItIsWritten(String kind, int size, @TempDir Path directory) throws Exception {
        Path file = directory.resolve("key");
        int made = new ProcessBuilder("ssh-keygen", "-q", "-t", kind.equals("EC") ? "ecdsa" : "rsa", "-b", "" + size, "-N", "", "-C", "c",
                "-f", file.toString()).inheritIO().start().waitFor();
        assertThat(made).isZero();
        String line = Files.readString(Path.of(file + ".pub")).strip();
        assertThat(SshPublicKey.parse(line).line() + " c").isEqualTo(line);
    }

    @Test
    void aKeyOnASecurityKeyOfTheOtherKindKeepsItsLineToo() {
        String line = "sk-ecdsa-sha2-nistp256@openssh.com "
                + "AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNTYAAABBBGsX0fLhLEJH+Lzm5WOkQPJ3A32B"
                + "LeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfUAAAAEc3NoOg==";
        assertThat(SshPublicKey.parse(line + " c").line()).isEqualTo(line);
    }
}
