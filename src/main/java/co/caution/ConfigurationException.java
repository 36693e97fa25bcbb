package co.caution;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration with which the service does not start. The message names every error there is. */
public final class ConfigurationException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final boolean mistaken;

    ConfigurationException(List<ConfigurationProblem> problems) {
        super((problems.size() == 1 ? "The configuration has an error:\n" : "The configuration has "
                        + problems.size() + " errors:\n")
                + problems.stream().map(problem -> "  " + problem.describe()).collect(Collectors.joining("\n"))
                + "\nEvery property: docs/reference/configuration.md");
        this.mistaken = problems.stream().anyMatch(problem -> !problem.passing());
    }

    /** Whether the configuration itself must change; otherwise the machine is not ready for it, which may pass. */
    public boolean mistaken() {
        return mistaken;
    }
}
