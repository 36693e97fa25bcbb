package co.caution.verify;

import co.caution.build.Text;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a person demands beyond genuine evidence of the expected measurements. Rules only ever demand: none makes anything
 * pass that did not pass without. {@link PolicyFile} reads them.
 */
public record Policy(List<Rule> rules) {

    /** None. */
    public static final Policy EMPTY = new Policy(List.of());

    /**
     * @param name the key in the file
     * @param check says what is not as demanded; empty: all is
     */
    public record Rule(String name, Function<Facts, Optional<String>> check) {}

    /** @param rule the key in the file */
    public record Violation(String rule, String message) {}

    public Policy {
        rules = List.copyOf(rules);
    }

    /** Every rule that is not kept. */
    public List<Violation> violations(Facts facts) {
        return rules.stream()
                .flatMap(rule -> rule.check().apply(facts).map(message -> new Violation(rule.name(), Text.oneLine(message))).stream())
                .toList();
    }
}
