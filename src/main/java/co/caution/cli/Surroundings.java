package co.caution.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where a command is run.
 *
 * @param directory the one that it was started in
 * @param home of the person who started it
 */
record Surroundings(Path directory, Path home, Map<String, String> environment) {

    /** Bound by tests, which run many commands in one process; else it is the process's own. */
    static final ScopedValue<Surroundings> OTHER = ScopedValue.newInstance();

    private static final Surroundings PROCESS =
            new Surroundings(Path.of("").toAbsolutePath(), home(System.getenv()), System.getenv());

    static Surroundings current() {
        return OTHER.orElse(PROCESS);
    }

    /** As the shell and git see it: {@code $HOME}. Java alone would ask the user database, and so mix two homes. */
    static Path home(Map<String, String> environment) {
        var home = environment.getOrDefault("HOME", "");
        return Path.of(home.startsWith("/") ? home : System.getProperty("user.home"));
    }

    /** A variable that is set, and not to nothing. */
    static Optional<String> variable(String name) {
        return Optional.ofNullable(current().environment().get(name)).filter(value -> !value.isBlank());
    }
}
