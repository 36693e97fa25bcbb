package co.caution.verify;

import co.caution.attestation.Comparison;
import co.caution.attestation.Evidence.Genuine;
import co.caution.attestation.ExpectedPcrs;
import co.caution.attestation.TrustRoot;
import co.caution.eif.Measurements;
import java.util.List;
import java.util.stream.Collectors;

/** What genuine evidence is worth to the one who asks: the policy (rules 13 and 14), the same for live and stored evidence. */
final class Workload {

    private Workload() {}

    static Verdict debug(Genuine genuine) {
        return Verdict.PolicyNotMet.of("debug", genuine, "The enclave runs in debug mode: it can be read from outside, and its"
                + " measurements are zero. --allow-debug accepts that.");
    }

    /** @param simulatedAccepted roots that are not hardware's and that the one who asks accepts all the same */
    static Verdict compare(Genuine genuine, ExpectedPcrs expected, List<TrustRoot> simulatedAccepted) {
        var pcrs = expected.values();
        var measurements = new Measurements(pcrs.get(0), pcrs.get(1), pcrs.get(2));
        return switch (genuine.compare(expected)) {
            case Comparison.Differs differs -> new Verdict.MeasurementsDiffer(
                    genuine, measurements, differs.differences(), explain(differs));
            case Comparison.Match match when genuine.simulated() && !simulatedAccepted.contains(genuine.root()) ->
                Verdict.PolicyNotMet.of("simulated", genuine, "The measurements match, but the evidence is SIMULATED: it ends in the root "
                        + genuine.root().name() + " (sha256 " + genuine.root().fingerprint() + "), which is not hardware's."
                        + " --allow-simulated accepts that.");
            case Comparison.Match match -> new Verdict.Verified(genuine, measurements);
        };
    }

    /** Which part differs, in words: the registers say that much by themselves. */
    private static String explain(Comparison.Differs differs) {
        var registers = differs.differences().stream().map(Comparison.Difference::register).collect(Collectors.toSet());
        String which = differs.differences().stream()
                .map(difference -> "PCR" + difference.register())
                .collect(Collectors.joining(", "));
        String why;
        if (registers.contains(1) && registers.contains(2)) {
            why = "both EnclaveOS and the application differ";
        } else if (registers.contains(1)) {
            why = "EnclaveOS (kernel, command line or boot ramdisk) differs; the application is the same";
        } else if (registers.contains(2)) {
            why = "the application or its configuration differs; EnclaveOS is the same";
        } else {
            why = "the image as a whole differs";
        }
        return "The deployed enclave does not match the expected PCRs: " + which + " differ, so " + why + ".";
    }
}
