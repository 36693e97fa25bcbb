package co.caution.attestation;

import static co.caution.attestation.RefusedException.require;

import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The chain of a document, from a root that was named beforehand down to the leaf (rules 6 to 9). The JDK's path
 * validator is not used: it checks neither the root's dates nor the leaf's constraints, and here every certificate's place is known.
 */
final class CertificateChain {

    private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,32}");
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int CERTIFICATE_SIGN = 5;

    private final List<X509Certificate> certificates;

    private CertificateChain(List<X509Certificate> certificates) {
        this.certificates = certificates;
    }

    static CertificateChain read(AttestationDocument document) throws RefusedException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (byte[] der : document.cabundle()) {
            certificates.add(Certificates.parse(authority(certificates.size()), der));
        }
        certificates.add(Certificates.parse("the leaf", document.certificate()));
        return new CertificateChain(certificates);
    }

    /** Rule 6: a root is never trusted for being in the document. */
    static TrustRoot root(AttestationDocument document, List<TrustRoot> roots) throws RefusedException {
        String fingerprint = TrustRoot.fingerprint(document.cabundle().getFirst());
        for (TrustRoot root : roots) {
            if (root.fingerprint().equals(fingerprint)) {
                return root;
            }
        }
        throw new RefusedException(Rule.ROOT, "the chain starts at a root with SHA-256 " + fingerprint
                + ", which is not among: " + roots.stream().map(TrustRoot::name).toList());
    }

    /** Rule 7. */
    void requireSignatures(Instant at) throws RefusedException {
        for (int i = 0; i < certificates.size(); i++) {
            X509Certificate certificate = certificates.get(i);
            Certificates.requireKey(name(i), certificate);
            Certificates.requireValidAt(name(i), certificate, at);
            if (i > 0) {
                Certificates.requireSignedBy(name(i), certificate, certificates.get(i - 1));
            }
        }
    }

    /** Rule 8. */
    void requireConstraints() throws RefusedException {
        int authorities = certificates.size() - 1;
        for (int i = 0; i < authorities; i++) {
            X509Certificate authority = certificates.get(i);
            boolean critical = authority.getCriticalExtensionOIDs() != null
                    && authority.getCriticalExtensionOIDs().contains(Certificates.BASIC_CONSTRAINTS);
            require(critical && authority.getBasicConstraints() >= 0, Rule.CONSTRAINTS,
                    name(i) + " is no authority by a critical extension");
            require(authority.getBasicConstraints() >= authorities - 1 - i, Rule.CONSTRAINTS,
                    name(i) + " allows " + authority.getBasicConstraints() + " authorities below it; there are "
                            + (authorities - 1 - i));
            require(allows(authority, CERTIFICATE_SIGN), Rule.CONSTRAINTS, name(i) + " may not sign certificates");
        }
        byte[] constraints = Certificates.extension(leaf(), Certificates.BASIC_CONSTRAINTS);
        boolean none = constraints.length == 0 || constraints.length == 2 && constraints[0] == 0x30 && constraints[1] == 0;
        require(none && leaf().getBasicConstraints() == -1, Rule.CONSTRAINTS, "the leaf is an authority, or limits one");
        require(allows(leaf(), DIGITAL_SIGNATURE), Rule.CONSTRAINTS, "the leaf may not sign");
    }

    /** Rule 9: the leaf is {@code module_id.region.aws}, and every authority between root and leaf is of that region. */
    void requireNames(String moduleId) throws RefusedException {
        String leaf = Certificates.commonName("the leaf", leaf());
        String start = moduleId + ".";
        require(leaf.startsWith(start) && leaf.endsWith(".aws") && leaf.length() > start.length() + 4, Rule.LEAF_NAME,
                "the leaf's name is not module_id.region.aws");
        String region = leaf.substring(start.length(), leaf.length() - 4);
        require(REGION.matcher(region).matches(), Rule.LEAF_NAME, "the leaf's name holds no region");
        for (int i = 1; i < certificates.size() - 1; i++) {
            require(Certificates.commonName(name(i), certificates.get(i)).endsWith("." + region + ".aws.nitro-enclaves"),
                    Rule.LEAF_NAME, name(i) + " is not of the leaf's region " + region);
        }
    }

    PublicKey leafKey() {
        return leaf().getPublicKey();
    }

    X509Certificate leaf() {
        return certificates.getLast();
    }

    private String name(int i) {
        return i == certificates.size() - 1 ? "the leaf" : authority(i);
    }

    private static String authority(int i) {
        return i == 0 ? "the root" : "cabundle[" + i + "]";
    }

    private static boolean allows(X509Certificate certificate, int use) {
        boolean[] uses = certificate.getKeyUsage();
        return uses != null && uses[use];
    }
}
