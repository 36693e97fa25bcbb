package co.caution.verify;

import co.caution.attestation.Evidence;
import co.caution.attestation.Evidence.Genuine;
import co.caution.attestation.ExpectedPcrs;
import co.caution.attestation.TrustRoot;
import co.caution.build.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Checks one document that somebody has, asking nobody: the rules and the policy are those of {@link Verification}.
 *
 * @param roots that are accepted, AWS's among them
 * @param simulatedAccepted those among them that are not hardware's and accepted all the same
 * @param nonce the challenge that the document must repeat; empty where there was none, and a replay goes unnoticed
 * @param at the check time; empty for the document's own, which says nothing about now
 * @param window how far the document's timestamp may lie from {@code at}, either way
 * @param expected empty for a verdict without a workload, which is another verdict
 */
public record DocumentVerification(
        List<TrustRoot> roots,
        List<TrustRoot> simulatedAccepted,
        Optional<byte[]> nonce,
        Optional<Instant> at,
        Duration window,
        boolean allowDebug,
        Optional<ExpectedPcrs> expected) {

    public DocumentVerification {
        roots = List.copyOf(roots);
        simulatedAccepted = List.copyOf(simulatedAccepted);
    }

    public Verdict run(byte[] document) {
        // Debug mode is a matter of policy (exit 5), not of evidence that is none (exit 3).
        Evidence evidence = at.isPresent()
                ? Evidence.check(document, roots, nonce, at.get(), window, true)
                : Evidence.checkArchived(document, roots, nonce, true);
        return switch (evidence) {
            case Evidence.Refused refused -> new Verdict.EvidenceInvalid(refused.rule().name(), Text.oneLine(refused.toString()));
            case Genuine genuine when genuine.debug() && !allowDebug -> Workload.debug(genuine);
            case Genuine genuine -> expected
                    .map(pcrs -> Workload.compare(genuine, pcrs, simulatedAccepted))
                    .orElseGet(() -> new Verdict.WorkloadNotChecked(genuine));
        };
    }

    /**
     * The document in an attestation endpoint's answer.
     *
     * @throws IllegalArgumentException where this is no such answer; the message says why
     */
    public static byte[] documentIn(byte[] answer) {
        return Answer.parse(answer).document();
    }
}
