package co.caution.build;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What a build may not depend on, and may pick up all the same. Builds that count have the usual ones; others are for
 * finding out what a build picks up.
 *
 * @param hostName that steps see
 * @param onlyCpu the one processor that may be used; empty for all
 * @param inMemory whether the layers lie in memory, where directories list their names in another order than on a disk
 * @param surroundings variables and a umask of whoever builds, from which the sandbox shields
 */
public record Circumstances(String hostName, OptionalInt onlyCpu, boolean inMemory, Map<String, String> surroundings) {

    public static final Circumstances USUAL = new Circumstances("build", OptionalInt.empty(), false, Map.of("LC_ALL", "C.UTF-8"));

    private static final String UMASK = "UMASK";

    public Circumstances {
        surroundings = Map.copyOf(surroundings);
    }

    /** As on another machine, by another person. */
    public static Circumstances elsewhere(OptionalInt onlyCpu, boolean inMemory) {
        return new Circumstances("elsewhere", onlyCpu, inMemory,
                Map.of("LC_ALL", "C", "TZ", "Asia/Kathmandu", "USER", "somebody", UMASK, "077"));
    }

    /** The command that starts another under these circumstances, and its environment beside PATH. */
    List<String> around(List<String> command, Map<String, String> environment) {
        var all = new ArrayList<String>();
        if (surroundings.containsKey(UMASK)) {
            all.addAll(List.of("sh", "-c", "umask \"$1\"; shift; exec \"$@\"", "sh", surroundings.get(UMASK)));
        }
        onlyCpu.ifPresent(cpu -> all.addAll(List.of("taskset", "-c", "" + cpu)));
        all.addAll(command);
        environment.putAll(surroundings);
        environment.remove(UMASK);
        environment.put("SANDBOX_HOST", hostName);
        environment.put("SANDBOX_STORAGE", inMemory ? "memory" : "disk");
        return all;
    }
}
