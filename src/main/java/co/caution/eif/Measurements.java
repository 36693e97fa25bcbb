package co.caution.eif;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The registers that a Nitro hypervisor computes from an enclave image, each 96 lower-case hex digits (SHA-384).
 *
 * @param pcr0 the whole image: kernel, command line, every ramdisk
 * @param pcr1 kernel, command line and the first ramdisk
 * @param pcr2 every ramdisk but the first
 */
public record Measurements(String pcr0, String pcr1, String pcr2) {

    private static final Pattern REGISTER = Pattern.compile("[0-9a-f]{96}");

    public Measurements {
        check("PCR0", pcr0);
        check("PCR1", pcr1);
        check("PCR2", pcr2);
    }

    /** PCR0, PCR1, PCR2, in this order. */
    public List<String> list() {
        return List.of(pcr0, pcr1, pcr2);
    }

    /** The registers by number, ascending. */
    public SortedMap<Integer, String> map() {
        return Collections.unmodifiableSortedMap(new TreeMap<>(Map.of(0, pcr0, 1, pcr1, 2, pcr2)));
    }

    private static void check(String name, String value) {
        if (!REGISTER.matcher(value).matches()) {
            throw new IllegalArgumentException(name + " is not 96 lower-case hex digits: " + value);
        }
    }
}
