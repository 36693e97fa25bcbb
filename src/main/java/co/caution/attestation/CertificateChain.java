package co.caution.attestation;

import static co.caution.attestation.RefusedException.require;

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

    private final List<VerifiedCertificates.Link> links;

    private CertificateChain(List<VerifiedCertificates.Link> links) {
        this.links = links;
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

    /** Reads all certificates; what was verified before, byte for byte and under the same issuer, is not read again. */
    static CertificateChain read(AttestationDocument document, VerifiedCertificates verified) throws RefusedException {
        List<VerifiedCertificates.Link> links = new ArrayList<>();
        List<byte[]> bundle = document.cabundle();
        for (int i = 0; i <= bundle.size(); i++) {
            String name = i == bundle.size() ? "the leaf" : i == 0 ? "the root" : "cabundle[" + i + "]";
            byte[] der = i == bundle.size() ? document.certificate() : bundle.get(i);
            links.add(verified.link(name, der, i == 0 ? null : links.getLast()));
        }
        return new CertificateChain(links);
    }

    /** Rule 7; dates are looked at each time, whatever is remembered, and first: they cost nothing. */
    void requireSignatures(Instant at, Ecdsa ecdsa, VerifiedCertificates verified) throws RefusedException {
        for (VerifiedCertificates.Link link : links) {
            link.certificate().requireValidAt(at);
        }
        for (int i = 1; i < links.size(); i++) {
            ChainCertificate certificate = links.get(i).certificate();
            if (!links.get(i).verified()) {
                ChainCertificate issuer = links.get(i - 1).certificate();
                certificate.requireIssuedBy(issuer);
                require(certificate.signedWith(ecdsa, issuer), Rule.CERTIFICATE,
                        certificate.name() + " is not signed by the certificate before it");
            }
        }
        verified.remember(links);
    }

    /** Rule 8. */
    void requireConstraints() throws RefusedException {
        int authorities = links.size() - 1;
        for (int i = 0; i < authorities; i++) {
            links.get(i).certificate().requireAuthority(authorities - 1 - i);
        }
        leaf().requireLeaf();
    }

    /** Rule 9: the leaf is {@code module_id.region.aws}, and every authority between root and leaf is of that region. */
    void requireNames(String moduleId) throws RefusedException {
        String leaf = leaf().commonName();
        String start = moduleId + ".";
        require(leaf.startsWith(start) && leaf.endsWith(".aws") && leaf.length() > start.length() + 4, Rule.LEAF_NAME,
                "the leaf's name is not module_id.region.aws");
        String region = leaf.substring(start.length(), leaf.length() - 4);
        require(REGION.matcher(region).matches(), Rule.LEAF_NAME, "the leaf's name holds no region");
        for (VerifiedCertificates.Link link : links.subList(1, links.size() - 1)) {
            ChainCertificate authority = link.certificate();
            require(authority.commonName().endsWith("." + region + ".aws.nitro-enclaves"), Rule.LEAF_NAME,
                    authority.name() + " is not of the leaf's region " + region);
        }
    }

    ChainCertificate leaf() {
        return links.getLast().certificate();
    }
}
