package co.caution.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;

/** Run by itself, when all services of the integration tests have ended: no secret that any of them was given or made is in any log. */
class LogsAfterwards {

    /** What a service says to whoever starts it, in text and not in its log: the one way in for the first owner. */
    private static final String FIRST_OWNER = "(?m)^Nobody has an account yet\\..*\\R  \\S+/join#\\S+$";

    @Test
    void noSecretIsInAnyLogOfTheWholeRun() throws Exception {
        Path directory = TestLogs.directory().orElseThrow();
        Path known = TestLogs.secrets(directory);
        try (Stream<Path> files = Files.list(directory)) {
            Assumptions.assumeTrue(files.anyMatch(file -> file.getFileName().toString().startsWith("service-")) || Files.exists(known),
                    "no service ran");
        }
        assertThat(known).as("what services were given and made, which each of them writes down").exists();
        Set<String> secrets = new HashSet<>(Files.readAllLines(known));
        var leaks = new TreeMap<String, Object>();
        long searched = 0;
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(file -> !file.equals(known)).toList()) {
                String log = Files.readString(file, StandardCharsets.ISO_8859_1).replaceAll(FIRST_OWNER, "");
                searched += log.length();
                var found = LogSearch.find(log, secrets);
                if (!found.isEmpty()) {
                    leaks.put(file.getFileName().toString(), found);
                }
            }
        }
        // Searched once: the next run is not to find what this one left.
        Path done = directory.resolveSibling(directory.getFileName() + ".searched");
        FileSystemUtils.deleteRecursively(done);
        Files.move(directory, done);
        assertThat(secrets).as("operator's tokens, keys and a password at least").hasSizeGreaterThan(4);
        assertThat(searched).as("characters of logs").isPositive();
        System.out.println("Searched " + searched + " characters of logs for " + secrets.size() + " secrets.");
        assertThat(leaks).isEmpty();
    }
}
