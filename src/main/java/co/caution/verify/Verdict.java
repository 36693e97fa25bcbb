package co.caution.verify;

import co.caution.attestation.Comparison;
import co.caution.attestation.Evidence.Genuine;
import co.caution.eif.Measurements;
import java.util.List;
import java.util.stream.Collectors;

/** What a verification came to. Each kind has an exit code of its own, and no two can be taken for each other. */
public sealed interface Verdict {

    /** Demands that need no policy. */
    List<String> BUILT_IN = List.of("debug", "source", "enclaveos", "channel", "simulated");

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

    /**
     * True, but not what was asked for: simulated, another commit, debug, a rule of a policy.
     *
     * @param violations every one: rules of the policy by their names, and {@link #BUILT_IN} ones
     */
    record PolicyNotMet(Genuine evidence, List<Policy.Violation> violations) implements Verdict {

        static PolicyNotMet of(String rule, Genuine evidence, String message) {
            return new PolicyNotMet(evidence, List.of(new Policy.Violation(rule, message)));
        }

        @Override
        public String message() {
            return violations.size() == 1 && BUILT_IN.contains(violations.getFirst().rule())
                    ? violations.getFirst().message()
                    : violations.stream().map(violation -> "\n  " + violation.rule() + ": " + violation.message())
                            .collect(Collectors.joining("", "What runs is not what is demanded of it:", ""));
        }

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
