package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import co.caution.eif.Vectors;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalRootTest {

    private static final Instant NOW = Instant.parse("2026-05-04T12:00:00Z");
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path temp;

    private LocalRoot loadOrCreate(Path directory) throws IOException {
        return LocalRoot.loadOrCreate(directory, NOW, RANDOM);
    }

    @Test
    void it_is_made_once_and_its_key_is_private() throws Exception {
        Path directory = temp.resolve("data/root");
        LocalRoot first = loadOrCreate(directory);
        LocalRoot second = loadOrCreate(directory);
        assertThat(second.certificate()).isEqualTo(first.certificate());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("root-key.pem"))))
                .isEqualTo("rw-------");
        assertThat(Files.list(directory.getParent())).containsExactly(directory);
        assertThat(TrustRoot.of(directory.resolve("root-certificate.pem"))).isEqualTo(first.trustRoot());
        assertThat(first.trustRoot().hardware()).isFalse();
        assertThat(first.certificate().getSubjectX500Principal().getName()).contains("SIMULATED");
    }

    @Test
    void processes_that_start_together_share_one_root() throws Exception {
        Path directory = Files.createDirectory(temp.resolve("root"));
        try (ExecutorService executor = Executors.newFixedThreadPool(4)) {
            List<Callable<X509Certificate>> tasks = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                tasks.add(() -> loadOrCreate(directory).certificate());
            }
            List<X509Certificate> certificates = new ArrayList<>();
            for (Future<X509Certificate> future : executor.invokeAll(tasks)) {
                certificates.add(future.get());
            }
            assertThat(Set.copyOf(certificates)).hasSize(1);
        }
        assertThat(Files.list(temp)).containsExactly(directory);
    }

    @Test
    void a_directory_with_something_else_is_left_alone() throws IOException {
        Path directory = Files.createDirectory(temp.resolve("root"));
        Files.writeString(directory.resolve("mine"), "x");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> loadOrCreate(directory)).withMessageContaining("no local root");
        assertThat(Files.list(directory)).hasSize(1);
    }

    @Test
    void a_key_that_others_can_read_is_refused() throws IOException {
        Path directory = temp.resolve("root");
        loadOrCreate(directory);
        Files.setPosixFilePermissions(directory.resolve("root-key.pem"), PosixFilePermissions.fromString("rw-r--r--"));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> loadOrCreate(directory)).withMessageContaining("chmod 600");
    }

    @Test
    void a_key_of_another_certificate_is_refused() throws IOException {
        Path one = temp.resolve("one");
        Path two = temp.resolve("two");
        loadOrCreate(one);
        loadOrCreate(two);
        Files.copy(two.resolve("root-certificate.pem"), one.resolve("root-certificate.pem"),
                StandardCopyOption.REPLACE_EXISTING);
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> loadOrCreate(one)).withMessageContaining("belong together");
        Files.writeString(two.resolve("root-key.pem"), "nonsense");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> loadOrCreate(two)).withMessageContaining("no P-384 private key");
        Files.writeString(one.resolve("root-certificate.pem"), "nonsense");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> loadOrCreate(one)).withMessageContaining("no certificate");
    }

    @Test
    void a_key_of_another_kind_belongs_to_no_root() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
        X509Certificate root = ChainIssuer.root(ChainIssuer.newKey(RANDOM), NOW, RANDOM);
        assertThat(ChainIssuer.belongTogether(root, generator.generateKeyPair().getPrivate())).isFalse();
    }

    @Test
    void a_root_that_does_not_say_simulated_is_refused() throws Exception {
        Path directory = temp.resolve("root");
        loadOrCreate(directory);
        byte[] other = new TestChain().issue().certificate(0);
        Files.writeString(directory.resolve("root-certificate.pem"), Pem.certificate(parse(other)));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> loadOrCreate(directory)).withMessageContaining("SIMULATED");
    }

    /** The table of AWS's chain: constraints, usages, lifetimes, identifiers, names. */
    @Test
    void its_chains_are_shaped_like_those_of_aws() throws Exception {
        LocalRoot root = LocalRoot.inMemory(NOW, RANDOM);
        IssuedChain chain = root.issue("i-0123456789abcdef0-enc0123456789abcdef", NOW);
        List<X509Certificate> certificates = new ArrayList<>();
        for (byte[] der : chain.cabundle()) {
            certificates.add(parse(der));
        }
        certificates.add(chain.leaf());
        assertThat(certificates).hasSize(5);
        int[] path = {Integer.MAX_VALUE, 2, 1, 0, -1};
        Duration[] life = {Duration.between(NOW, Instant.parse("2056-05-04T12:00:00Z")).plusHours(1),
            Duration.ofDays(20).plusHours(1), Duration.ofDays(6), Duration.ofDays(1), Duration.ofSeconds(10_803)};
        String[] names = {"SIMULATED.nitro-enclaves", "[0-9a-f]{16}.simulated-1.aws.nitro-enclaves",
            "[0-9a-f]{16}.zonal.simulated-1.aws.nitro-enclaves", "i-0123456789abcdef0.simulated-1.aws.nitro-enclaves",
            "i-0123456789abcdef0-enc0123456789abcdef.simulated-1.aws"};
        for (int i = 0; i < 5; i++) {
            X509Certificate certificate = certificates.get(i);
            assertThat(certificate.getBasicConstraints()).isEqualTo(path[i]);
            assertThat(Duration.between(certificate.getNotBefore().toInstant(), certificate.getNotAfter().toInstant())).isEqualTo(life[i]);
            assertThat(ChainCertificate.parse("x", certificate.getEncoded()).commonName()).matches(names[i]);
            assertThat(certificate.getSubjectX500Principal().getName()).contains("SIMULATED");
            boolean[] usage = certificate.getKeyUsage();
            assertThat(usage[0]).isEqualTo(i != 3);
            assertThat(usage[1]).isEqualTo(i == 4);
            assertThat(usage[5]).isEqualTo(i < 4);
            assertThat(usage[6]).isEqualTo(i < 3);
            assertThat(certificate.getCriticalExtensionOIDs()).contains("2.5.29.19");
            assertThat(certificate.getCriticalExtensionOIDs().contains("2.5.29.15")).isEqualTo(i < 4);
            assertThat(certificate.getExtensionValue("2.5.29.14") != null).isEqualTo(i < 4);
            assertThat(certificate.getExtensionValue("2.5.29.35") != null).isEqualTo(i > 0 && i < 4);
            assertThat(certificate.getExtensionValue("2.5.29.31") != null).isEqualTo(i == 1 || i == 2);
            assertThat(certificate.getEncoded().length).isLessThan(1024);
        }
    }

    /** A chain as issued, from the root to the leaf, DER. */
    static List<byte[]> chain() throws Exception {
        IssuedChain issued = LocalRoot.inMemory(NOW, RANDOM).issue("i-0-enc0", NOW);
        List<byte[]> all = new ArrayList<>(issued.cabundle());
        all.add(issued.leaf().getEncoded());
        return all;
    }

    @Test
    void aws_is_recognised_by_its_certificate() throws Exception {
        Path der = Vectors.folder().resolve("aws_nitro_root_g1.der");
        assertThat(TrustRoot.of(der)).isEqualTo(TrustRoot.awsCommercial());
        assertThat(TrustRoot.of(der).hardware()).isTrue();
    }

    @Test
    void a_file_names_one_root() throws IOException {
        LocalRoot root = LocalRoot.inMemory(NOW, RANDOM);
        Path one = Files.writeString(temp.resolve("one"), root.pem());
        assertThat(TrustRoot.of(one)).isEqualTo(root.trustRoot());
        Path padded = Files.writeString(temp.resolve("long"), root.pem() + "\n".repeat(65_536 - root.pem().length()));
        assertThat(TrustRoot.of(padded)).isEqualTo(root.trustRoot());
        Path two = Files.writeString(temp.resolve("two"), root.pem() + LocalRoot.inMemory(NOW, RANDOM).pem());
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> TrustRoot.of(two)).withMessageContaining("more than one");
    }

    @Test
    void a_file_without_a_certificate_is_no_root() throws IOException {
        Path file = Files.writeString(temp.resolve("x"), "x");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> TrustRoot.of(file)).withMessageContaining("neither PEM nor DER");
        Path large = Files.write(temp.resolve("y"), new byte[65_537]);
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> TrustRoot.of(large)).withMessageContaining("too large");
    }

    private static X509Certificate parse(byte[] der) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }
}
