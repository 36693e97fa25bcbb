package co.caution.attestation;

import static co.caution.attestation.RefusedException.require;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** Single certificates: strict parsing, one signature, one validity, one name (parts of rules 6 to 9). */
final class Certificates {

    static final String BASIC_CONSTRAINTS = "2.5.29.19";
    static final String KEY_USAGE = "2.5.29.15";

    private static final String ECDSA_WITH_SHA384 = "1.2.840.10045.4.3.3";

    /** The path check below handles these two; anything else that is critical must not be passed over. */
    private static final Set<String> UNDERSTOOD = Set.of(BASIC_CONSTRAINTS, KEY_USAGE);

    private Certificates() {}

    static X509Certificate parse(String name, byte[] der) throws RefusedException {
        require(Der.isStrict(der), Rule.CERTIFICATE, name + " is not one strict DER element");
        X509Certificate certificate;
        try {
            certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException | RuntimeException e) {
            throw new RefusedException(Rule.CERTIFICATE, name + " is not a certificate: " + e.getMessage());
        }
        require(certificate.getVersion() == 3, Rule.CERTIFICATE, name + " is not X.509 version 3");
        requireExtensions(name, certificate);
        return certificate;
    }

    private static void requireExtensions(String name, X509Certificate certificate)
            throws RefusedException {
        Set<String> critical = Optional.ofNullable(certificate.getCriticalExtensionOIDs()).orElse(Set.of());
        require(UNDERSTOOD.containsAll(critical), Rule.CERTIFICATE, name + " has an unknown critical extension");
        Set<String> all = new HashSet<>(critical);
        all.addAll(Optional.ofNullable(certificate.getNonCriticalExtensionOIDs()).orElse(Set.of()));
        for (String oid : all) {
            require(Der.isStrict(extension(certificate, oid)), Rule.CERTIFICATE,
                    name + ": extension " + oid + " is not strict DER");
        }
    }

    /** The bytes inside of an extension's octet string; empty where it is absent. */
    static byte[] extension(X509Certificate certificate, String oid) {
        byte[] wrapped = certificate.getExtensionValue(oid);
        if (wrapped == null) {
            return new byte[0];
        }
        // 04 LL, 04 81 LL or 04 82 LL LL: the certificate was found to be strict.
        int header = wrapped[1] >= 0 ? 2 : 2 + (wrapped[1] & 0x7f);
        return Arrays.copyOfRange(wrapped, header, wrapped.length);
    }

    static void requireKey(String name, X509Certificate certificate) throws RefusedException {
        PublicKey key;
        try {
            key = certificate.getPublicKey();
        } catch (RuntimeException e) {
            throw new RefusedException(Rule.CERTIFICATE, name + " has no readable key");
        }
        require(P384.isKey(key), Rule.CERTIFICATE, name + " has no P-384 key");
        require(certificate.getSigAlgOID().equals(ECDSA_WITH_SHA384) && certificate.getSigAlgParams() == null,
                Rule.CERTIFICATE, name + " is not signed with ecdsa-with-SHA384");
    }

    static void requireValidAt(String name, X509Certificate certificate, Instant at) throws RefusedException {
        require(!at.isBefore(certificate.getNotBefore().toInstant()), Rule.CERTIFICATE,
                name + " is not valid before " + certificate.getNotBefore().toInstant() + "; checked at " + at);
        require(!at.isAfter(certificate.getNotAfter().toInstant()), Rule.CERTIFICATE,
                name + " expired at " + certificate.getNotAfter().toInstant() + "; checked at " + at);
    }

    /** Verified over the bytes themselves: {@link X509Certificate#verify} remembers its verdicts in the JDK. */
    static void requireSignedBy(String name, X509Certificate certificate, X509Certificate issuer)
            throws RefusedException {
        require(certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal()), Rule.CERTIFICATE,
                name + " names another issuer than the certificate before it");
        boolean valid;
        try {
            Signature signature = Signature.getInstance("SHA384withECDSA");
            signature.initVerify(issuer.getPublicKey());
            signature.update(certificate.getTBSCertificate());
            valid = signature.verify(certificate.getSignature());
        } catch (GeneralSecurityException | RuntimeException e) {
            valid = false;
        }
        require(valid, Rule.CERTIFICATE, name + " is not signed by the certificate before it");
    }

    /** The one common name of a subject. */
    static String commonName(String name, X509Certificate certificate) throws RefusedException {
        List<String> names = new ArrayList<>();
        try {
            for (Rdn rdn : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (rdn.getType().equalsIgnoreCase("CN") && rdn.size() == 1 && rdn.getValue() instanceof String value) {
                    names.add(value);
                }
            }
        } catch (InvalidNameException e) {
            throw new RefusedException(Rule.LEAF_NAME, name + " has a subject that is not a name");
        }
        require(names.size() == 1, Rule.LEAF_NAME, name + " has " + names.size() + " common names, not one");
        return names.getFirst();
    }
}
