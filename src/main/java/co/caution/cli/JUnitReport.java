package co.caution.cli;

import co.caution.attestation.Comparison;
import co.caution.attestation.Rule;
import co.caution.build.Text;
import co.caution.eif.AtomicFile;
import co.caution.verify.Policy;
import co.caution.verify.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * A verification as CI systems read test reports (JUnit's XML, the form that Jenkins and GitLab share): a test case for
 * each step and rule. What was not looked at is skipped, never passed.
 */
final class JUnitReport {

    private static final String SUITE = "caution verify";

    private enum Outcome { PASSED, FAILED, ERROR, SKIPPED }

    private record Case(String group, String name, Outcome outcome, String message) {}

    private final Path file;
    private final Instant start;
    private final List<Case> cases = new ArrayList<>();

    /** @throws CliException before anybody is asked, where the report could not be written */
    JUnitReport(Path named, Instant start) {
        this.file = Surroundings.current().directory().resolve(named).toAbsolutePath();
        this.start = start;
        if (!Files.isDirectory(file.getParent()) || Files.isDirectory(file)) {
            throw new CliException(Errors.USAGE, "The report cannot be written to " + named + ": name a file in a directory that is there (--junit).");
        }
    }

    /** A verification that did not come to a verdict. */
    void failed(String message, Instant end) {
        add("run", "verification", Outcome.ERROR, message);
        write(Map.of(), end);
    }

    void verdict(Verdict verdict, Judgement judgement, Instant end) {
        boolean answered = !(verdict instanceof Verdict.Unreachable);
        add("evidence", "the endpoint answers", answered ? Outcome.PASSED : Outcome.FAILED, verdict.message());
        evidence(verdict, answered);
        if (VerifyReport.evidence(verdict).isPresent()) {
            workload(verdict, judgement);
            policy(verdict, judgement);
            boolean refused = broken(verdict, "channel");
            add("channel", "the application's channel is bound",
                    judgement.channelKey().isPresent() ? Outcome.PASSED : refused ? Outcome.FAILED : Outcome.SKIPPED,
                    refused ? verdict.message() : "NOT BOUND: nothing is said about who answers on the application's port");
        }
        if (verdict.exitCode() != 0 && cases.stream().noneMatch(one -> one.outcome == Outcome.FAILED)) {
            add("run", "verification", Outcome.FAILED, verdict.message()); // a report without a failure is read as good
        }
        var properties = VerifySummary.line(verdict, judgement).lines().flatMap(line -> List.of(line.split(" ")).stream())
                .map(pair -> pair.split("=", 2)).collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (a, b) -> a, TreeMap::new));
        write(properties, end);
    }

    private void evidence(Verdict verdict, boolean answered) {
        var invalid = verdict instanceof Verdict.EvidenceInvalid refused ? Optional.of(refused) : Optional.<Verdict.EvidenceInvalid>empty();
        boolean known = invalid.isEmpty() || List.of(Rule.values()).stream().anyMatch(rule -> rule.name().equals(invalid.get().rule()));
        boolean good = answered && (known || !invalid.orElseThrow().rule().equals("answer"));
        for (Rule rule : Rule.values()) {
            if (rule == Rule.DEBUG) {
                continue; // a matter of policy here
            }
            boolean broken = invalid.filter(refused -> refused.rule().equals(rule.name())).isPresent();
            add("evidence", "rule " + rule.number() + " " + rule.name().toLowerCase(Locale.ROOT) + ": " + rule.demand(),
                    broken ? Outcome.FAILED : good ? Outcome.PASSED : Outcome.SKIPPED, broken ? verdict.message() : "not reached");
            good &= !broken;
        }
        invalid.filter(_ -> !known).ifPresent(refused ->
                add("evidence", "what came is what the enclave said", Outcome.FAILED, refused.message()));
    }

    private void workload(Verdict verdict, Judgement judgement) {
        boolean compared = compared(verdict);
        boolean rebuilt = compared && judgement.rebuilds();
        // What the enclave's agent says of its source and EnclaveOS counts when the measurements are the expected ones.
        boolean matched = rebuilt && !(verdict instanceof Verdict.MeasurementsDiffer);
        step("source", "the source is the one that was reviewed", broken(verdict, "source"), matched, verdict);
        step("source", "its EnclaveOS is one that is known here", broken(verdict, "enclaveos"), matched, verdict);
        step("source", "it can be reproduced", verdict instanceof Verdict.NotReproduced, rebuilt, verdict);
        var different = verdict instanceof Verdict.MeasurementsDiffer differ
                ? differ.differences().stream().collect(Collectors.toMap(Comparison.Difference::register, one -> one))
                : Map.<Integer, Comparison.Difference>of();
        for (int register = 0; register < 3; register++) {
            var difference = Optional.ofNullable(different.get(register));
            add("measurements", "PCR" + register, difference.isPresent() ? Outcome.FAILED : compared ? Outcome.PASSED : Outcome.SKIPPED,
                    difference.map(one -> "expected " + one.expected() + ", found " + one.actual().orElse("none")).orElse("not compared"));
        }
    }

    private void policy(Verdict verdict, Judgement judgement) {
        List<Policy.Violation> violations = verdict instanceof Verdict.PolicyNotMet policy ? policy.violations() : List.of();
        boolean looked = compared(verdict) && !(verdict instanceof Verdict.MeasurementsDiffer);
        var names = new LinkedHashSet<>(List.of("debug", "simulated"));
        judgement.rules().forEach(rule -> names.add(rule.name()));
        for (String name : names) {
            String broken = violations.stream().filter(one -> one.rule().equals(name)).map(Policy.Violation::message).collect(Collectors.joining("; "));
            add("policy", name, !broken.isEmpty() ? Outcome.FAILED : looked ? Outcome.PASSED : Outcome.SKIPPED,
                    broken.isEmpty() ? "not reached" : broken);
        }
    }

    /** Whether it came to a comparison of registers: these demands end it before. */
    private static boolean compared(Verdict verdict) {
        return verdict instanceof Verdict.Verified || verdict instanceof Verdict.MeasurementsDiffer || verdict instanceof Verdict.PolicyNotMet
                && Stream.of("debug", "source", "enclaveos").noneMatch(rule -> broken(verdict, rule));
    }

    private static boolean broken(Verdict verdict, String rule) {
        return verdict instanceof Verdict.PolicyNotMet policy && policy.violations().stream().anyMatch(one -> one.rule().equals(rule));
    }

    private void step(String group, String name, boolean failed, boolean passed, Verdict verdict) {
        add(group, name, failed ? Outcome.FAILED : passed ? Outcome.PASSED : Outcome.SKIPPED, failed ? verdict.message() : "not looked at");
    }

    private void add(String group, String name, Outcome outcome, String message) {
        cases.add(new Case(group, name, outcome, outcome == Outcome.PASSED ? "" : message));
    }

    private void write(Map<String, String> properties, Instant end) {
        var bytes = new ByteArrayOutputStream();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(bytes, "UTF-8");
            xml.writeStartDocument("UTF-8", "1.0");
            String seconds = String.format(Locale.ROOT, "%.3f", Duration.between(start, end).toMillis() / 1000.0);
            start(xml, "testsuites", "name", SUITE, "tests", "" + cases.size(), "failures", count(Outcome.FAILED), "errors", count(Outcome.ERROR),
                    "time", seconds);
            start(xml, "testsuite", "name", SUITE, "tests", "" + cases.size(), "failures", count(Outcome.FAILED), "errors", count(Outcome.ERROR),
                    "skipped", count(Outcome.SKIPPED), "time", seconds, "timestamp", start.truncatedTo(ChronoUnit.SECONDS).toString().replace("Z", ""));
            start(xml, "properties");
            for (var property : properties.entrySet()) {
                start(xml, "property", "name", property.getKey(), "value", property.getValue());
                xml.writeEndElement();
            }
            xml.writeEndElement();
            for (Case one : cases) {
                testCase(xml, one);
            }
            xml.writeEndElement();
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
            AtomicFile.write(file, out -> out.write(ByteBuffer.wrap(bytes.toByteArray())));
        } catch (XMLStreamException e) {
            throw new IllegalStateException("memory can be written to", e);
        } catch (IOException e) {
            throw new CliException("The report could not be written to " + file + ": " + e.getMessage());
        }
    }

    private static void testCase(XMLStreamWriter xml, Case one) throws XMLStreamException {
        start(xml, "testcase", "classname", "caution.verify." + one.group, "name", one.name, "time", "0");
        switch (one.outcome) {
            case PASSED -> { /* says nothing */ }
            case SKIPPED -> start(xml, "skipped", "message", one.message);
            case FAILED, ERROR -> {
                start(xml, one.outcome == Outcome.ERROR ? "error" : "failure", "message", one.message.lines().findFirst().orElse(""), "type", one.group);
                xml.writeCharacters(printable(one.message));
            }
        }
        if (one.outcome != Outcome.PASSED) {
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private static void start(XMLStreamWriter xml, String element, String... attributes) throws XMLStreamException {
        xml.writeStartElement(element);
        for (int i = 0; i < attributes.length; i += 2) {
            xml.writeAttribute(attributes[i], printable(attributes[i + 1]));
        }
    }

    /** Part of it may be what a stranger's server said; XML has no form for control characters. */
    private static String printable(String text) {
        return text.lines().map(Text::printable).collect(Collectors.joining("\n"));
    }

    private String count(Outcome outcome) {
        return "" + cases.stream().filter(one -> one.outcome == outcome).count();
    }
}
