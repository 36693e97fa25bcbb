package co.caution.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/** Where the JDK's factory accepts what we accept, both read the same. */
class CertificateFuzzTest {

    @FuzzTest
    void certificates_are_read_or_refused(byte[] input) throws Exception {
        ChainCertificate ours;
        try {
            ours = ChainCertificate.parse("it", input);
        } catch (RefusedException e) {
            assertThat(e.rule()).isEqualTo(Rule.CERTIFICATE);
            return;
        }
        // None of these may fail in another way than by a rule.
        assertThat(ours.subject()).isNotNull();
        assertThat(ours.issuer()).isNotNull();
        try {
            ours.commonName();
        } catch (RefusedException e) {
            assertThat(e.rule()).isEqualTo(Rule.LEAF_NAME);
        }
        X509Certificate theirs;
        try {
            theirs = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(input));
        } catch (CertificateException | RuntimeException e) {
            return;
        }
        assertThat(ours.notBefore()).isEqualTo(theirs.getNotBefore().toInstant());
        assertThat(ours.notAfter()).isEqualTo(theirs.getNotAfter().toInstant());
        assertThat(ours.spki()).isEqualTo(theirs.getPublicKey().getEncoded());
        assertThat(refuses(() -> ours.requireAuthority(0))).isEqualTo(theirs.getBasicConstraints() < 0
                || theirs.getKeyUsage() == null || !theirs.getKeyUsage()[5] || !theirs.getCriticalExtensionOIDs().contains("2.5.29.19"));
    }

    private interface Check {
        void run() throws RefusedException;
    }

    private static boolean refuses(Check check) {
        try {
            check.run();
            return false;
        } catch (RefusedException e) {
            return true;
        }
    }
}
