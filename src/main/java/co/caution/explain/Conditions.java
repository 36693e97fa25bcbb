package co.caution.explain;

import java.util.Optional;

/**
 * What is known of the circumstances of a build that a file may have picked up.
 *
 * @param hostName empty where it is not known
 * @param cpus 0 where it is not known
 */
public record Conditions(Optional<String> hostName, int cpus) {

    public static final Conditions UNKNOWN = new Conditions(Optional.empty(), 0);

    /** Of a build on this machine just now. */
    public static Conditions here() {
        return new Conditions(Optional.empty(), Runtime.getRuntime().availableProcessors());
    }
}
