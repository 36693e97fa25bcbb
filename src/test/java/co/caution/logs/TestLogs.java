package co.caution.logs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** Where services of a run of tests leave their logs, and what those must not hold. Only where Maven runs them all. */
public final class TestLogs {

    /** The system property that names the directory. */
    static final String PROPERTY = "logs-of-tests";

    private TestLogs() {}

    public static Optional<Path> directory() throws IOException {
        String named = System.getProperty(PROPERTY);
        return named == null ? Optional.empty() : Optional.of(Files.createDirectories(Path.of(named)));
    }

    static Path secrets(Path directory) {
        return directory.resolve("secrets");
    }

    /** Arguments of a Java that runs a service of its own: its log, by another name than all others. */
    public static List<String> arguments(String name) throws IOException {
        return directory().map(directory -> List.of("-D" + PROPERTY + "=" + directory,
                "-Dlogging.file.name=" + directory.resolve(name + ".log"),
                "-Dlogging.logback.rollingpolicy.max-file-size=1GB")).orElse(List.of());
    }

    static synchronized void mustNotHold(String secret) {
        try {
            var directory = directory();
            if (directory.isPresent() && secret.length() >= 16 && !secret.contains("\n")) {
                Files.writeString(secrets(directory.get()), secret + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
