package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import co.caution.attestation.Evidence.Genuine;
import co.caution.attestation.Evidence.Refused;
import co.caution.attestation.VerifiedCertificates.Link;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What may be remembered, and what must be looked at each time. */
class VerifiedCertificatesTest {

    private static final Instant NOW = TestChain.NOW;

    private final EvidenceVerifier verifier = new EvidenceVerifier(Ecdsa.fastest(), 64);

    private Evidence check(byte[] document, Instant at, TrustRoot... roots) {
        return verifier.check(document, List.of(roots), Optional.empty(), at, Duration.ofDays(1), false);
    }

    private static List<Link> chain(TestChain chain, VerifiedCertificates verified) throws Exception {
        List<Link> links = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            links.add(verified.link("certificate " + i, chain.certificate(i), i == 0 ? null : links.getLast()));
        }
        return links;
    }

    @Test
    void a_certificate_is_known_below_the_same_issuer_and_at_the_same_place_only() throws Exception {
        TestChain one = new TestChain().issue();
        TestChain two = new TestChain().issue();
        VerifiedCertificates verified = new VerifiedCertificates(64);
        assertThat(chain(one, verified)).extracting(Link::verified).containsOnly(false);
        verified.remember(chain(one, verified));
        assertThat(chain(one, verified)).extracting(Link::verified).containsOnly(true);
        assertThat(chain(two, verified)).extracting(Link::verified).containsOnly(false);
        assertThat(verified.link("certificate 4", one.certificate(4), chain(two, verified).get(3)).verified()).isFalse();
        assertThat(verified.link("certificate 4", one.certificate(4), null).verified()).isFalse();
        assertThat(verified.link("another", one.certificate(4), chain(one, verified).get(3)).verified()).isFalse();
    }

    /** Each signature of a chain is computed once: the second time nobody is there who could. */
    @Test
    void a_verified_chain_is_remembered() throws Exception {
        AttestationDocument document = DocumentReader.read(new TestChain().issue().payload().encode());
        Ecdsa incapable = Ecdsa.of("signs nothing", new Lying(false));
        VerifiedCertificates verified = new VerifiedCertificates(64);
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> CertificateChain.read(document, verified).requireSignatures(NOW, incapable, verified));
        CertificateChain.read(document, verified).requireSignatures(NOW, Ecdsa.fastest(), verified);
        CertificateChain.read(document, verified).requireSignatures(NOW, incapable, verified);
    }

    @Test
    void the_least_recently_used_one_goes_first() throws Exception {
        TestChain one = new TestChain().issue();
        TestChain two = new TestChain().issue();
        VerifiedCertificates verified = new VerifiedCertificates(6);
        verified.remember(chain(one, verified));
        verified.remember(chain(two, verified));
        assertThat(verified.size()).isEqualTo(6);
        assertThat(chain(two, verified)).extracting(Link::verified).containsOnly(true);
        assertThat(chain(one, verified)).extracting(Link::verified).containsExactly(false, false, false, false, true);
        VerifiedCertificates none = new VerifiedCertificates(0);
        none.remember(chain(one, none));
        assertThat(none.size()).isZero();
    }

    @Test
    void every_date_is_looked_at_again() throws Exception {
        for (int place = 0; place < 5; place++) {
            TestChain chain = new TestChain().with(place, spec -> {
                spec.from = NOW.minusSeconds(60);
                spec.to = NOW.plusSeconds(60);
            }).issue();
            byte[] document = chain.document();
            assertThat(check(document, NOW, chain.root())).isInstanceOf(Genuine.class);
            assertThat(check(document, NOW.plusSeconds(60), chain.root())).isInstanceOf(Genuine.class);
            for (Instant outside : List.of(NOW.plusSeconds(61), NOW.minusSeconds(61))) {
                assertThat(check(document, outside, chain.root())).isInstanceOfSatisfying(Refused.class,
                        refused -> assertThat(refused.rule()).isEqualTo(Rule.CERTIFICATE));
            }
        }
    }

    @Test
    void a_root_is_accepted_by_the_caller_each_time() throws Exception {
        TestChain chain = new TestChain().issue();
        byte[] document = chain.document();
        assertThat(check(document, NOW, chain.root())).isInstanceOf(Genuine.class);
        assertThat(check(document, NOW, new TestChain().issue().root())).isInstanceOfSatisfying(Refused.class,
                refused -> assertThat(refused.rule()).isEqualTo(Rule.ROOT));
    }

    @Test
    void the_documents_own_signature_is_computed_each_time() throws Exception {
        TestChain chain = new TestChain().issue();
        byte[] document = chain.document();
        assertThat(check(document, NOW, chain.root())).isInstanceOf(Genuine.class);
        document[document.length - 1] ^= 1;
        assertThat(check(document, NOW, chain.root())).isInstanceOfSatisfying(Refused.class,
                refused -> assertThat(refused.rule()).isEqualTo(Rule.SIGNATURE));
    }

    /** A chain that breaks in the middle leaves nothing behind that a later one could lean on. */
    @Test
    void nothing_of_a_refused_chain_is_remembered() throws Exception {
        TestChain good = new TestChain().issue();
        TestChain bad = new TestChain().issue();
        byte[] mixed = good.sign(good.payload().set("certificate", new CborWriter().bytes(bad.certificate(4))).encode());
        for (int i = 0; i < 2; i++) {
            assertThat(check(mixed, NOW, good.root())).isInstanceOfSatisfying(Refused.class,
                    refused -> assertThat(refused.rule()).isEqualTo(Rule.CERTIFICATE));
        }
    }

    /** Constraints and names hold for the whole chain and this document, whatever was verified in another one. */
    @Test
    void constraints_are_looked_at_again() throws Exception {
        TestChain chain = new TestChain().with(1, spec -> spec.constraints = path(0)).issue();
        for (int i = 0; i < 2; i++) {
            assertThat(check(chain.document(), NOW, chain.root())).isInstanceOfSatisfying(Refused.class,
                    refused -> assertThat(refused.rule()).isEqualTo(Rule.CONSTRAINTS));
        }
    }

    private static byte[] path(int length) {
        return new byte[] {0x30, 6, 1, 1, -1, 2, 1, (byte) length};
    }
}
