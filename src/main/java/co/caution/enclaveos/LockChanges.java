package co.caution.enclaveos;

import co.caution.packages.DebianPackage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * In what two locks differ, a line for each thing, in words for a person.
 *
 * @param lines such as {@code package gcc 4:12.2.0-3 -> 4:12.3.0-1}
 */
public record LockChanges(List<String> lines) {

    public LockChanges {
        lines = List.copyOf(lines);
    }

    public static LockChanges between(EnclaveOsLock before, EnclaveOsLock after) {
        var lines = new ArrayList<>(between(before.inputs(), after.inputs()).lines());
        values("output ", before.outputs(), after.outputs(), lines);
        values("", Map.of("pcr1", before.pcr1()), Map.of("pcr1", after.pcr1()), lines);
        return new LockChanges(lines);
    }

    static LockChanges between(LockedInputs before, LockedInputs after) {
        var lines = new ArrayList<String>();
        values("", Map.of("recipe", "" + before.recipe()), Map.of("recipe", "" + after.recipe()), lines);
        values("package ", versions(before.pins(), after.pins()), versions(after.pins(), before.pins()), lines);
        values("", go(before.pins(), after.pins()), go(after.pins(), before.pins()), lines);
        values("source ", before.sources(), after.sources(), lines);
        values("", Map.of("cmdline", before.cmdline()), Map.of("cmdline", after.cmdline()), lines);
        return new LockChanges(lines);
    }

    public boolean none() {
        return lines.isEmpty();
    }

    /** What differs, without from what to what, such as {@code source guest, output init}. */
    public String names() {
        return lines.stream()
                .map(line -> line.split(" "))
                .map(words -> List.of("package", "source", "output").contains(words[0]) ? words[0] + " " + words[1] : words[0])
                .collect(Collectors.joining(", "));
    }

    /** @throws EnclaveOsBuildException unless there is none */
    void refuseAny(String what) throws EnclaveOsBuildException {
        if (!none()) {
            throw new EnclaveOsDifferenceException(what, this);
        }
    }

    /** A version says more than a hash; where the versions are equal, the hash is what differs. */
    private static Map<String, String> versions(Pins pins, Pins other) {
        var versions = new TreeMap<String, String>();
        for (DebianPackage debian : pins.packages()) {
            boolean sameVersion = other.packages().stream().anyMatch(
                    it -> it.name().equals(debian.name()) && it.version().equals(debian.version()));
            versions.put(debian.name(), sameVersion ? debian.version() + " " + debian.sha256() : debian.version());
        }
        return versions;
    }

    private static Map<String, String> go(Pins pins, Pins other) {
        return Map.of("go", pins.go().equals(other.go()) ? pins.go() + " " + pins.goSha256() : pins.go());
    }

    private static void values(String what, Map<String, String> before, Map<String, String> after, List<String> lines) {
        before.forEach((name, value) -> {
            String now = after.get(name);
            if (now == null) {
                lines.add(what + name + " " + value + " is gone");
            } else if (!now.equals(value)) {
                lines.add(what + name + " " + value + " -> " + now);
            }
        });
        after.forEach((name, value) -> {
            if (!before.containsKey(name)) {
                lines.add(what + name + " " + value + " is new");
            }
        });
    }
}
