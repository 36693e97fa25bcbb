package co.caution.cli;

import co.caution.attestation.AttestationDocument;
import co.caution.attestation.Evidence.Genuine;
import co.caution.attestation.Rule;
import co.caution.build.Text;
import co.caution.eif.Measurements;
import co.caution.verify.Verdict;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Shows what a document came to.
 *
 * @param nonceChecked whether a challenge was compared
 * @param live whether it was checked as of now
 */
record DocumentReport(DocumentFile file, boolean nonceChecked, boolean live) {

    void print(Verdict verdict, boolean json) {
        if (json) {
            Output.json(machine(verdict));
            return;
        }
        evidence(verdict).ifPresent(this::genuine);
        switch (verdict) {
            case Verdict.Verified v -> say(Style.green("✓ VERIFIED") + labels(v.evidence())
                    + ": genuine, and PCR0, PCR1 and PCR2 are the expected ones");
            case Verdict.WorkloadNotChecked v -> say(Style.yellow("! GENUINE, WORKLOAD NOT CHECKED") + labels(v.evidence())
                    + ": compared with nothing; name the expected PCRs (--pcrs FILE)");
            default -> {
                System.out.flush();
                Errors.print(refusal(verdict));
            }
        }
    }

    /** One line: the rule, what was found, what was expected. */
    private String refusal(Verdict verdict) {
        return switch (verdict) {
            case Verdict.MeasurementsDiffer differ -> "rule 14 (measurements differ): " + differences(differ);
            case Verdict.PolicyNotMet policy when policy.evidence().debug() -> "rule 13 (debug): " + policy.message();
            case Verdict.PolicyNotMet policy -> "rule 6 (simulated): " + policy.message();
            default -> verdict.message() + " (read as " + file.form() + ")";
        };
    }

    private static String differences(Verdict.MeasurementsDiffer verdict) {
        var parts = new StringBuilder();
        verdict.differences().forEach(difference -> parts.append(parts.isEmpty() ? "" : "; ")
                .append("PCR").append(difference.register()).append(" is ")
                .append(difference.actual().orElse("not in the document")).append(", expected is ").append(difference.expected()));
        return parts.toString();
    }

    private void genuine(Genuine evidence) {
        AttestationDocument document = evidence.document();
        ok("Form: one attestation document of " + file.document().length + " bytes, read as " + file.form());
        ok("Root: " + root(evidence));
        ok("Chain and signature: ES384 by the leaf of " + document.moduleId());
        ok("Time: signed " + document.timestamp() + ", checked as of " + evidence.checkedAt()
                + (live ? "" : ", which says nothing about now"));
        if (nonceChecked) {
            ok("Nonce: the one that was asked for");
        } else {
            say(Style.yellow("!") + " Nonce: none was asked for, so a document that was signed earlier cannot be told from an answer");
        }
        Measurements measured = document.measurements();
        for (int i = 0; i < 3; i++) {
            say("  PCR" + i + ": " + measured.list().get(i));
        }
    }

    private static String root(Genuine evidence) {
        String sha256 = " (sha256 " + evidence.root().fingerprint() + ")";
        return evidence.root().hardware()
                ? evidence.root().name() + sha256
                : "named by you, not AWS's: " + evidence.root().name() + sha256;
    }

    /** What every line about this evidence has to say. */
    private String labels(Genuine evidence) {
        return (evidence.simulated() ? " — " + VerifyReport.SIMULATED : "") + (evidence.debug() ? " — DEBUG MODE" : "")
                + (live ? "" : " — AS OF " + evidence.checkedAt());
    }

    private static Optional<Genuine> evidence(Verdict verdict) {
        return VerifyReport.evidence(verdict);
    }

    private Map<String, Object> machine(Verdict verdict) {
        var out = new LinkedHashMap<String, Object>();
        out.put("verdict", VerifyReport.name(verdict));
        out.put("exit_code", verdict.exitCode());
        switch (verdict) {
            case Verdict.Verified v -> out.put("message", verdict.message());
            case Verdict.WorkloadNotChecked v -> out.put("message", verdict.message());
            default -> out.put("message", refusal(verdict));
        }
        if (verdict instanceof Verdict.EvidenceInvalid invalid) {
            Rule rule = Rule.valueOf(invalid.rule());
            out.put("rule", Output.ordered("number", rule.number(), "name", rule.name().toLowerCase(Locale.ROOT),
                    "reason", rule.reason(), "demand", rule.demand()));
        }
        out.put("read_as", file.form());
        evidence(verdict).ifPresent(genuine -> {
            AttestationDocument document = genuine.document();
            out.put("simulated", genuine.simulated());
            out.put("debug", genuine.debug());
            out.put("live", live);
            out.put("nonce_checked", nonceChecked);
            out.put("checked_at", genuine.checkedAt().toString());
            out.put("root", Output.ordered("name", genuine.root().name(), "sha256", genuine.root().fingerprint()));
            out.put("module_id", document.moduleId());
            out.put("timestamp", document.timestamp().toString());
            var pcrs = new LinkedHashMap<String, String>();
            document.pcrs().forEach((register, value) -> pcrs.put("pcr" + register, value));
            out.put("pcrs", pcrs);
        });
        if (verdict instanceof Verdict.MeasurementsDiffer differ) {
            var differences = new LinkedHashMap<String, Object>();
            differ.differences().forEach(difference -> differences.put("pcr" + difference.register(),
                    Output.ordered("expected", difference.expected(), "found", difference.actual().orElse(null))));
            out.put("differences", differences);
        }
        return out;
    }

    private static void ok(String text) {
        say(Style.green("✓") + " " + Text.printable(text));
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
