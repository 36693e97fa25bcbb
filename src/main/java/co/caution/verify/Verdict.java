package co.caution.verify;

import co.caution.attestation.Comparison;
import co.caution.attestation.Evidence.Genuine;
import co.caution.eif.Measurements;
import java.util.List;

/** What a verification came to. Each kind has an exit code of its own, and no two can be taken for each other. */
public sealed interface Verdict {

    int exitCode();

    /** One sentence: what happened, why, what to do. */
    String message();

    /** The evidence is genuine and PCR0-2 are the expected ones. */
    record Verified(Genuine evidence, Measurements expected) implements Verdict {
        @Override
        public int exitCode() {
            return 0;
        }

        @Override
        public String message() {
            return "The deployed enclave matches the expected PCRs.";
        }
    }

    /** Genuine evidence of something else. */
    record MeasurementsDiffer(Genuine evidence, Measurements expected, List<Comparison.Difference> differences, String message)
            implements Verdict {
        @Override
        public int exitCode() {
            return 2;
        }
    }

    /** Not evidence: a signature, a certificate, the nonce or the form is wrong. */
    record EvidenceInvalid(String rule, String message) implements Verdict {
        @Override
        public int exitCode() {
            return 3;
        }
    }

    record Unreachable(String message) implements Verdict {
        @Override
        public int exitCode() {
            return 4;
        }
    }

    /** True, but not what was asked for: simulated, another commit, debug. */
    record PolicyNotMet(Genuine evidence, String message) implements Verdict {
        @Override
        public int exitCode() {
            return 5;
        }
    }

    record NotReproduced(Genuine evidence, String message) implements Verdict {
        @Override
        public int exitCode() {
            return 6;
        }
    }

    /** Genuine evidence, compared with nothing. */
    record WorkloadNotChecked(Genuine evidence) implements Verdict {
        @Override
        public int exitCode() {
            return 7;
        }

        @Override
        public String message() {
            return "The evidence is genuine, but what runs was compared with nothing: name the source (run this in the"
                    + " app's checkout) or the expected PCRs (--pcrs FILE).";
        }
    }
}
