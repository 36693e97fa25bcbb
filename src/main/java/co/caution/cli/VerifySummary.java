package co.caution.cli;

import co.caution.attestation.Evidence.Genuine;
import co.caution.verify.Channel;
import co.caution.verify.Policy;
import co.caution.verify.Verdict;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One line about a verification, for logs of CI: {@code name=value} in a fixed order, without spaces in values. Names may be
 * added at the end; none changes its meaning.
 */
final class VerifySummary {

    private VerifySummary() {}

    static String line(Verdict verdict, Judgement judgement) {
        Map<String, String> line = new LinkedHashMap<>();
        line.put("verdict", VerifyReport.name(verdict));
        line.put("exit_code", "" + verdict.exitCode());
        Optional<Genuine> evidence = VerifyReport.evidence(verdict);
        line.put("simulated", evidence.map(genuine -> "" + genuine.simulated()).orElse("-"));
        line.put("debug", evidence.map(genuine -> "" + genuine.debug()).orElse("-"));
        line.put("channel", evidence.isEmpty() ? "-" : judgement.channel().map(Channel::name).orElse("not_bound"));
        line.put("pcr0", evidence.map(genuine -> genuine.document().measurements().pcr0()).orElse("-"));
        line.put("commit", judgement.commit().orElse("-"));
        line.put("violations", verdict instanceof Verdict.PolicyNotMet policy
                ? policy.violations().stream().map(Policy.Violation::rule).distinct().collect(Collectors.joining(",")) : "-");
        line.put("url", judgement.place().orElse("-"));
        return line.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).collect(Collectors.joining(" "));
    }
}
