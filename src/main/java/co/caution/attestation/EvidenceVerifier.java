package co.caution.attestation;

import static co.caution.attestation.RefusedException.require;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Checks documents. The rules are the same for everyone; a verifier of many documents brings a fast provider, and remembers
 * which certificates were verified, as thousands of documents share their authorities. Safe for use by many threads.
 */
public final class EvidenceVerifier {

    /** One document costs some 60 ms with it; nothing is loaded and nothing is remembered. */
    static final EvidenceVerifier PLAIN = new EvidenceVerifier(Ecdsa.jdk(), 0, true);

    private final Ecdsa ecdsa;
    private final VerifiedCertificates verified;
    private final boolean coseJava;

    private EvidenceVerifier(Ecdsa ecdsa, int remembered, boolean coseJava) {
        this.ecdsa = ecdsa;
        this.verified = new VerifiedCertificates(remembered);
        this.coseJava = coseJava;
    }

    /** @param remembered how many verified certificates are remembered at most; 0 computes every signature every time */
    public EvidenceVerifier(Ecdsa ecdsa, int remembered) {
        this(ecdsa, remembered, false);
    }

    /** As {@link Evidence#check}. */
    public Evidence check(byte[] document, List<TrustRoot> roots, Optional<byte[]> nonce, Instant at, Duration window,
            boolean allowDebug) {
        return check(document, roots, nonce, at, window, allowDebug, false);
    }

    /** As {@link Evidence#checkArchived}. */
    public Evidence checkArchived(byte[] document, List<TrustRoot> roots, Optional<byte[]> nonce, boolean allowDebug) {
        return check(document, roots, nonce, null, Duration.ZERO, allowDebug, true);
    }

    private Evidence check(byte[] bytes, List<TrustRoot> roots, Optional<byte[]> nonce, @Nullable Instant at, Duration window,
            boolean allowDebug, boolean archived) {
        if (window.isNegative()) {
            throw new IllegalArgumentException("a window is not negative");
        }
        try {
            CoseSign1 envelope = CoseSign1.read(bytes);
            AttestationDocument document = DocumentReader.read(envelope.payload());
            Instant time = at == null ? document.timestamp() : at;
            TrustRoot root = CertificateChain.root(document, roots);
            CertificateChain chain = CertificateChain.read(document, verified);
            chain.requireSignatures(time, ecdsa, verified);
            chain.requireConstraints();
            chain.requireNames(document.moduleId());
            requireSignature(envelope, chain.leaf());
            requireFresh(document, chain.leaf(), time, window);
            requireNonce(document, nonce);
            require(allowDebug || !document.debug(), Rule.DEBUG,
                    "PCR0, 1 or 2 is zero: the enclave runs in debug mode and can be read from outside");
            return new Evidence.Genuine(document, root, time, archived);
        } catch (RefusedException e) {
            return new Evidence.Refused(e.rule(), String.valueOf(e.getMessage()));
        }
    }

    private void requireSignature(CoseSign1 envelope, ChainCertificate leaf) throws RefusedException {
        if (!coseJava) {
            envelope.verify(ecdsa, leaf.spki());
            return;
        }
        try {
            envelope.verify(ecdsa.key(leaf.spki()));
        } catch (GeneralSecurityException e) {
            throw new RefusedException(Rule.SIGNATURE, "the leaf's key could not be read");
        }
    }

    private static void requireFresh(AttestationDocument document, ChainCertificate leaf, Instant time, Duration window)
            throws RefusedException {
        Duration age = Duration.between(document.timestamp(), time);
        require(age.abs().compareTo(window) <= 0, Rule.TIME, "the document was signed at " + document.timestamp()
                + ", more than " + window + " from the check time " + time);
        boolean leafLived =
                !document.timestamp().isBefore(leaf.notBefore()) && !document.timestamp().isAfter(leaf.notAfter());
        require(leafLived, Rule.TIME, "the timestamp lies outside of the leaf's validity");
    }

    private static void requireNonce(AttestationDocument document, Optional<byte[]> nonce) throws RefusedException {
        if (nonce.isPresent()) {
            require(document.nonce().isPresent(), Rule.NONCE, "a nonce was sent; the document has none");
            require(MessageDigest.isEqual(nonce.get(), document.nonce().get()), Rule.NONCE,
                    "the document repeats another nonce than the one that was sent");
        }
    }
}
