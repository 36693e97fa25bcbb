package co.caution.explain;

import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/**
 * What is known of the circumstances of a build that a file may have picked up.
 *
 * @param hostName empty where it is not known
 * @param cpus 0 where it is not known
 * @param dates the day of the build, as it is usually written
 */
public record Conditions(Optional<String> hostName, int cpus, List<String> dates) {

    public static final Conditions UNKNOWN = new Conditions(Optional.empty(), 0, List.of());

    /** Of a build on this machine just now. */
    public static Conditions here(Clock clock) {
        return new Conditions(Optional.empty(), Runtime.getRuntime().availableProcessors(), DatedFiles.words(LocalDate.now(clock)));
    }
}
