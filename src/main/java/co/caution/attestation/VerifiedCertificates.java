package co.caution.attestation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Certificates whose signature was found right under a chain from an accepted root, so that it need not be computed again.
 * Known by the SHA-256 of all their bytes and of all their issuer's; never by signature bytes, which have a twin, and never
 * saying anything about dates, constraints or names, which are looked at on each use. The least recently used one goes first.
 */
final class VerifiedCertificates {

    /** A certificate in its chain. */
    record Link(ChainCertificate certificate, String fingerprint, @Nullable String issuer, boolean verified) {}

    private record Key(String fingerprint, @Nullable String issuer) {}

    private final Map<Key, ChainCertificate> remembered;

    /** @param capacity how many are remembered at most; 0 remembers nothing */
    VerifiedCertificates(int capacity) {
        this.remembered = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Key, ChainCertificate> eldest) {
                return size() > capacity;
            }
        };
    }

    /** A certificate below {@code issuer}, which is null for the root: remembered, or read anew. */
    Link link(String name, byte[] der, @Nullable Link issuer) throws RefusedException {
        String fingerprint = TrustRoot.fingerprint(der);
        String above = issuer == null ? null : issuer.fingerprint();
        ChainCertificate known;
        synchronized (remembered) {
            known = remembered.get(new Key(fingerprint, above));
        }
        return known != null && known.name().equals(name)
                ? new Link(known, fingerprint, above, true)
                : new Link(ChainCertificate.parse(name, der), fingerprint, above, false);
    }

    /** Remembers a whole chain, of which every signature was found right, up to a root that is accepted. */
    void remember(List<Link> chain) {
        synchronized (remembered) {
            for (Link link : chain) {
                if (!link.verified()) {
                    remembered.put(new Key(link.fingerprint(), link.issuer()), link.certificate());
                }
            }
        }
    }

    int size() {
        synchronized (remembered) {
            return remembered.size();
        }
    }
}
