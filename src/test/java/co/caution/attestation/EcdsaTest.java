package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import co.caution.attestation.Evidence.Genuine;
import co.caution.attestation.Evidence.Refused;
import co.caution.eif.Vectors;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every provider that loads has the verdicts of every other, and of COSE-Java. */
class EcdsaTest {

    /** Verdicts by COSE-Java and the JDK, computed once. */
    private static final Map<String, Evidence> PLAIN = new HashMap<>();

    /** Each provider, remembering nothing and remembering certificates. */
    static Stream<Verifier> verifiers() {
        return ecdsas().flatMap(ecdsa -> Stream.of(0, 1024)
                .map(size -> new Verifier(ecdsa.name() + ", remembers " + size, size, new EvidenceVerifier(ecdsa, size))));
    }

    static Stream<Ecdsa> ecdsas() {
        return Stream.of(Optional.of(Ecdsa.jdk()), Optional.of(Ecdsa.bouncyCastle()), Ecdsa.corretto()).flatMap(Optional::stream);
    }

    record Verifier(String name, int remembers, EvidenceVerifier verifier) {
        @Override
        public String toString() {
            return name;
        }
    }

    @Test
    void the_native_provider_loads_on_the_platforms_that_it_is_built_for() {
        String os = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        Assumptions.assumeTrue(os.equals("Linux amd64") || os.equals("Linux aarch64"), () -> "SKIPPED: not built for " + os);
        assertThat(Ecdsa.corretto()).isPresent();
        assertThat(Ecdsa.fastest().name()).startsWith("Amazon");
    }

    @Test
    void a_provider_that_does_not_load_or_does_not_know_the_answers_is_passed_over() {
        assertThat(Ecdsa.loaded(() -> {
            throw new UnsatisfiedLinkError("another platform");
        })).isEmpty();
        assertThat(Ecdsa.loaded(() -> {
            throw new IllegalStateException("broken");
        })).isEmpty();
        assertThat(Ecdsa.loaded(() -> Ecdsa.of("signs everything", new Lying(true)))).isEmpty();
        assertThat(Ecdsa.loaded(() -> Ecdsa.of("signs nothing", new Lying(false)))).isEmpty();
        assertThat(Ecdsa.loaded(Ecdsa::jdk)).isPresent();
        assertThat(Ecdsa.loaded(Ecdsa::bouncyCastle)).isPresent();
    }

    /** CVE-2022-21449: also where the provider would accept it. */
    @Test
    void r_and_s_are_in_range_whatever_the_provider_says() throws Exception {
        TestChain chain = new TestChain().issue();
        Ecdsa credulous = Ecdsa.of("signs everything", new Lying(true));
        byte[] spki = ChainCertificate.parse("x", chain.certificate(4)).spki();
        CoseSign1.read(chain.document()).verify(credulous, spki);
        CoseSign1 zeros = CoseSign1.read(CoseSign1.write(chain.payload().encode(), new byte[96]));
        assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> zeros.verify(credulous, spki)).withMessageContaining("1..n-1");
    }

    @ParameterizedTest
    @MethodSource("ecdsas")
    void what_is_no_signature_is_refused_by_each(Ecdsa ecdsa) throws Exception {
        TestChain chain = new TestChain().issue();
        CoseSign1 envelope = CoseSign1.read(chain.document());
        byte[] spki = ChainCertificate.parse("x", chain.certificate(4)).spki();
        byte[] signed = CoseSign1.signedBytes(envelope.payload());
        assertThat(ecdsa.verify(spki, envelope.signature(), signed)).isTrue();
        assertThat(ecdsa.verify(spki, envelope.signature(), "x".getBytes(StandardCharsets.US_ASCII))).isFalse();
        assertThat(ecdsa.verify(spki, new byte[96], signed)).isFalse();
        assertThat(ecdsa.verify(spki, new byte[0], signed)).isFalse();
        assertThat(ecdsa.verify(new byte[120], envelope.signature(), signed)).isFalse();
        assertThat(ecdsa.verify(ChainCertificate.parse("x", chain.certificate(3)).spki(), envelope.signature(), signed)).isFalse();
    }

    /** Two rounds, so that the second one meets what the first one remembered. */
    @ParameterizedTest
    @MethodSource("verifiers")
    void all_give_the_same_verdicts_on_the_collected_documents(Verifier verifier) throws Exception {
        Path folder = Vectors.folder();
        for (int round = 0; round < (verifier.remembers() == 0 ? 1 : 2); round++) {
            for (JsonNode row : JsonMapper.shared().readTree(folder.resolve("index.json").toFile())) {
                byte[] document = Files.readAllBytes(folder.resolve(row.get("file").asString()));
                Instant at = Instant.parse(row.get("verify_at").asString());
                for (Instant time : List.of(at, at.plus(Duration.ofHours(12)), at.minus(Duration.ofHours(12)))) {
                    assertSameVerdict(verifier, document, List.of(TrustRoot.awsCommercial()), time);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("verifiers")
    void all_give_the_same_verdicts_on_damaged_documents(Verifier verifier) throws Exception {
        TestChain chain = new TestChain().issue();
        byte[] document = chain.document();
        Random random = new Random(11);
        List<byte[]> damaged = new ArrayList<>(List.of(document));
        for (int i = 0; i < 25; i++) {
            byte[] flipped = document.clone();
            int bit = random.nextInt(flipped.length * 8);
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            damaged.add(flipped);
        }
        for (byte[] bytes : damaged) {
            assertSameVerdict(verifier, bytes, List.of(chain.root()), TestChain.NOW);
        }
    }

    private static void assertSameVerdict(Verifier verifier, byte[] document, List<TrustRoot> roots, Instant at) {
        Evidence plain = PLAIN.computeIfAbsent(HexFormat.of().formatHex(document) + at,
                key -> Evidence.check(document, roots, Optional.empty(), at, Duration.ofDays(9999), true));
        Evidence other = verifier.verifier().check(document, roots, Optional.empty(), at, Duration.ofDays(9999), true);
        switch (plain) {
            case Refused refused -> assertThat(other).isEqualTo(refused);
            case Genuine genuine -> assertThat(((Genuine) other).root()).isEqualTo(genuine.root());
        }
    }
}
