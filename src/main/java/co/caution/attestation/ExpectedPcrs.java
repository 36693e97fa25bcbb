package co.caution.attestation;

import co.caution.eif.Measurements;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The registers that a workload must have. Never empty, and never without PCR0, 1 and 2: verifiers that let a caller pass
 * nothing have accepted everything, and one register alone proves little (PCR1 not even what boots).
 *
 * @param values by register number, each 96 lower-case hex digits
 */
public record ExpectedPcrs(SortedMap<Integer, String> values) {

    public ExpectedPcrs {
        SortedMap<Integer, String> copy = new TreeMap<>();
        for (Map.Entry<Integer, String> entry : values.entrySet()) {
            String value = entry.getValue().toLowerCase(Locale.ROOT);
            if (entry.getKey() < 0 || entry.getKey() > 31 || !value.matches("[0-9a-f]{96}")) {
                throw new IllegalArgumentException("PCR" + entry.getKey()
                        + ": registers are 0 to 31, of 96 hex digits each");
            }
            copy.put(entry.getKey(), value);
        }
        for (int register = 0; register <= 2; register++) {
            if (!copy.containsKey(register)) {
                throw new IllegalArgumentException("PCR" + register + " is missing; PCR0, PCR1 and PCR2 are needed");
            }
        }
        values = Collections.unmodifiableSortedMap(copy);
    }

    public static ExpectedPcrs of(Measurements measurements) {
        return new ExpectedPcrs(measurements.map());
    }
}
