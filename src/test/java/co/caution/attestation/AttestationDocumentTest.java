package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class AttestationDocumentTest {

    @Test
    void what_a_document_claims_can_be_shown_without_a_check() throws Exception {
        TestChain chain = new TestChain().issue();
        byte[] signed = chain.sign(chain.payload().set("user_data", new CborWriter().bytes(new byte[] {7})).encode());
        signed[signed.length - 1] ^= 1;
        AttestationDocument document = AttestationDocument.readUnverified(signed);
        assertThat(document.instanceId()).isEqualTo("i-0123456789abcdef0");
        assertThat(document.timestamp()).isEqualTo(TestChain.NOW);
        assertThat(document.bindsUserData(new byte[] {7})).isTrue();
        assertThat(document.bindsUserData(new byte[] {8})).isFalse();
        assertThat(document.bindsPublicKey(new byte[0])).isFalse();
    }

    @Test
    void what_is_no_document_names_its_rule() {
        assertThatExceptionOfType(InvalidDocumentException.class)
                .isThrownBy(() -> AttestationDocument.readUnverified(new byte[] {1}))
                .withMessageContaining("rule 1").satisfies(e -> assertThat(e.rule()).isEqualTo(Rule.ENVELOPE));
    }

    @Test
    void pcr4_is_one_hash() {
        assertThat(AttestationDocument.instancePcr("i-0123456789abcdef0")).startsWith("d6432900ac1c343c");
    }

    @Test
    void a_fingerprint_is_sha_256() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TrustRoot("x", "00"));
        assertThat(new TrustRoot("AWS Nitro Enclaves", "0".repeat(64)).hardware()).isFalse();
    }
}
