package co.caution.attestation;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a document is worth. {@link Genuine} says that an enclave under a named root signed it, not what runs there: that
 * is {@link Genuine#compare}.
 */
public sealed interface Evidence {

    /**
     * Checks live evidence, rules 1 to 13 in order, with nothing but the JDK's cryptography: see {@link EvidenceVerifier} for
     * those who check many.
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
        return EvidenceVerifier.PLAIN.check(document, roots, nonce, at, window, allowDebug);
    }

    /** Checks stored evidence at its own timestamp. The verdict says so: it is about then, not about now. */
    static Evidence checkArchived(byte[] document, List<TrustRoot> roots, Optional<byte[]> nonce, boolean allowDebug) {
        return EvidenceVerifier.PLAIN.checkArchived(document, roots, nonce, allowDebug);
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

    /** A document that an enclave under {@link #root} signed. Only {@link EvidenceVerifier} makes one. */
    final class Genuine implements Evidence {

        private final AttestationDocument document;
        private final TrustRoot root;
        private final Instant checkedAt;
        private final boolean archived;

        Genuine(AttestationDocument document, TrustRoot root, Instant checkedAt, boolean archived) {
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
