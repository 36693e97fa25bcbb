package co.caution.attestation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** Whether genuine evidence has the expected registers. */
public sealed interface Comparison {

    /** Every expected register is there and equal. */
    record Match() implements Comparison {}

    /** At least one is not. */
    record Differs(List<Difference> differences) implements Comparison {

        public Differs {
            differences = List.copyOf(differences);
        }
    }

    /**
     * One register that is not as expected.
     *
     * @param actual empty where the document does not have the register
     */
    record Difference(int register, String expected, Optional<String> actual) {}

    static Comparison of(ExpectedPcrs expected, SortedMap<Integer, String> actual) {
        List<Difference> differences = new ArrayList<>();
        for (Map.Entry<Integer, String> register : expected.values().entrySet()) {
            Optional<String> found = Optional.ofNullable(actual.get(register.getKey()));
            if (!found.equals(Optional.of(register.getValue()))) {
                differences.add(new Difference(register.getKey(), register.getValue(), found));
            }
        }
        return differences.isEmpty() ? new Match() : new Differs(differences);
    }
}
