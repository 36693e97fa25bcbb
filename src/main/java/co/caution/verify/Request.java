package co.caution.verify;

import co.caution.attestation.ExpectedPcrs;
import co.caution.attestation.TrustRoot;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What to verify, and against what. Everything here comes from the person who verifies, nothing from the operator.
 *
 * @param evidence an endpoint that is asked, or a file
 * @param roots the roots that this person accepts there, AWS's among them
 * @param simulatedAccepted those among them that are not hardware's and that they accept for this URL all the same
 * @param expected known PCRs: quick mode
 * @param source what to rebuild, where no PCRs are given
 */
public record Request(
        EvidenceSource evidence,
        List<TrustRoot> roots,
        List<TrustRoot> simulatedAccepted,
        boolean allowDebug,
        Duration maxAge,
        Optional<ExpectedPcrs> expected,
        Optional<Reproduction> source) {

    public Request {
        roots = List.copyOf(roots);
        simulatedAccepted = List.copyOf(simulatedAccepted);
    }
}
