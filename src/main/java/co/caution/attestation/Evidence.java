package co.caution.attestation;

import static co.caution.attestation.RefusedException.require;

import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a document is worth. {@link Genuine} says that an enclave under a named root signed it, not what runs there: that
 * is {@link Genuine#compare}.
 */
public sealed interface Evidence {

    /**
     * Checks live evidence, rules 1 to 13 in order.
     *
     * @param document the COSE_Sign1 bytes as received
     * @param roots the only roots that count
     * @param nonce the challenge that the document must repeat; empty where none was sent
     * @param at the check time, normally now
     * @param window how far the timestamp may lie from {@code at}, either way
     * @param allowDebug whether an enclave in debug mode is accepted, and then labelled
     */
    static Evidence check(byte[] document, List<TrustRoot> roots, Optional<byte[]> nonce, Instant at, Duration window,
            boolean allowDebug) {
        return check(document, roots, nonce, at, window, allowDebug, false);
    }

    /** Checks stored evidence at its own timestamp. The verdict says so: it is about then, not about now. */
    static Evidence checkArchived(byte[] document, List<TrustRoot> roots, Optional<byte[]> nonce, boolean allowDebug) {
        return check(document, roots, nonce, null, Duration.ZERO, allowDebug, true);
    }

    private static Evidence check(byte[] bytes, List<TrustRoot> roots, Optional<byte[]> nonce, @Nullable Instant at,
            Duration window, boolean allowDebug, boolean archived) {
        if (window.isNegative()) {
            throw new IllegalArgumentException("a window is not negative");
        }
        try {
            CoseSign1 envelope = CoseSign1.read(bytes);
            AttestationDocument document = DocumentReader.read(envelope.payload());
            Instant time = at == null ? document.timestamp() : at;
            TrustRoot root = CertificateChain.root(document, roots);
            CertificateChain chain = CertificateChain.read(document);
            chain.requireSignatures(time);
            chain.requireConstraints();
            chain.requireNames(document.moduleId());
            envelope.verify(chain.leafKey());
            requireFresh(document, chain, time, window);
            requireNonce(document, nonce);
            require(allowDebug || !document.debug(), Rule.DEBUG,
                    "PCR0, 1 or 2 is zero: the enclave runs in debug mode and can be read from outside");
            return new Genuine(document, root, time, archived);
        } catch (RefusedException e) {
            return new Refused(e.rule(), String.valueOf(e.getMessage()));
        }
    }

    private static void requireFresh(AttestationDocument document, CertificateChain chain, Instant time, Duration window)
            throws RefusedException {
        Duration age = Duration.between(document.timestamp(), time);
        require(age.abs().compareTo(window) <= 0, Rule.TIME, "the document was signed at " + document.timestamp()
                + ", more than " + window + " from the check time " + time);
        boolean leafLived = !document.timestamp().isBefore(chain.leaf().getNotBefore().toInstant())
                && !document.timestamp().isAfter(chain.leaf().getNotAfter().toInstant());
        require(leafLived, Rule.TIME, "the timestamp lies outside of the leaf's validity");
    }

    private static void requireNonce(AttestationDocument document, Optional<byte[]> nonce) throws RefusedException {
        if (nonce.isPresent()) {
            require(document.nonce().isPresent(), Rule.NONCE, "a nonce was sent; the document has none");
            require(MessageDigest.isEqual(nonce.get(), document.nonce().get()), Rule.NONCE,
                    "the document repeats another nonce than the one that was sent");
        }
    }

    /**
     * Not evidence.
     *
     * @param rule the first rule that does not hold
     * @param message what was found, without the rule
     */
    record Refused(Rule rule, String message) implements Evidence {

        @Override
        public String toString() {
            return "rule " + rule.number() + " (" + rule.reason() + "): " + message + "; demanded is " + rule.demand();
        }
    }

    /** A document that an enclave under {@link #root} signed. Only {@link Evidence#check} makes one. */
    final class Genuine implements Evidence {

        private final AttestationDocument document;
        private final TrustRoot root;
        private final Instant checkedAt;
        private final boolean archived;

        private Genuine(AttestationDocument document, TrustRoot root, Instant checkedAt, boolean archived) {
            this.document = document;
            this.root = root;
            this.checkedAt = checkedAt;
            this.archived = archived;
        }

        public AttestationDocument document() {
            return document;
        }

        public TrustRoot root() {
            return root;
        }

        /** Whether the enclave runs in debug mode, which was allowed; every output has to say it. */
        public boolean debug() {
            return document.debug();
        }

        /** Whether the root is not hardware's; every output has to say SIMULATED. */
        public boolean simulated() {
            return !root.hardware();
        }

        public Instant checkedAt() {
            return checkedAt;
        }

        /** Whether the check time is the document's own, so that nothing is said about now. */
        public boolean archived() {
            return archived;
        }

        /** Whether this is the workload that was expected (rule 14). */
        public Comparison compare(ExpectedPcrs expected) {
            return Comparison.of(expected, document.pcrs());
        }
    }
}
