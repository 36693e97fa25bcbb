package co.caution.cli;

import co.caution.verify.Verdict;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code verify} demands beyond the measurements, and what it writes for CI. */
final class VerifyOutputs {

    /** Nearly all of {@code verify}. */
    @FunctionalInterface
    interface Run {
        Verdict verdict() throws Exception;
    }

    @Option(names = "--policy", paramLabel = "FILE", description = "Rules that what runs must keep, beside those kept for the URL (caution trust policy).")
    @Nullable Path policy;

    @Option(names = "--junit", paramLabel = "FILE", description = "Write a report there in JUnit's XML, a test case for each step and rule.")
    @Nullable Path junit;

    @Option(names = "--summary", description = "Print one line of name=value instead of the report.")
    boolean summary;

    Judgement judgement(Optional<String> endpoint, Path cache, Clock clock) {
        return new Judgement(endpoint, policy, cache, clock);
    }

    /** Runs it, and writes what was asked for also where it fails. */
    Verdict written(Judgement judgement, Clock clock, Run run) throws Exception {
        Instant start = clock.instant();
        Optional<JUnitReport> report = Optional.ofNullable(junit).map(file -> new JUnitReport(file, start));
        try {
            Verdict verdict = run.verdict();
            report.ifPresent(xml -> xml.verdict(verdict, judgement, clock.instant()));
            if (summary) {
                System.out.println(VerifySummary.line(verdict, judgement));
            }
            return verdict;
        } catch (Exception e) {
            report.ifPresent(xml -> xml.failed(String.valueOf(e.getMessage()), clock.instant()));
            throw e;
        }
    }
}
