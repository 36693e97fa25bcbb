package co.caution.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody at a terminal: a home, an environment, a directory to be in. Their commands run in this process. */
final class Person {

    /** What a command printed and how it ended. */
    record Said(int exitCode, String out, String err) {

        JsonNode json() {
            return new JsonMapper().readTree(out);
        }

        String all() {
            return out + err;
        }
    }

    final Path home;
    final Map<String, String> environment;
    Path directory;

    Person(Path home, String server) throws IOException {
        this.home = Files.createDirectories(home);
        this.directory = home;
        Files.createDirectories(home.resolve(".ssh"));
        this.environment = new HashMap<>(Map.of(
                "PATH", System.getenv("PATH"),
                "HOME", home.toString(),
                "CAUTION_CONFIG", home.resolve("config").toString(),
                "CAUTION_SERVER", server,
                "GIT_CONFIG_GLOBAL", "/dev/null",
                "GIT_AUTHOR_NAME", "somebody", "GIT_AUTHOR_EMAIL", "somebody@localhost",
                "GIT_COMMITTER_NAME", "somebody", "GIT_COMMITTER_EMAIL", "somebody@localhost"));
        environment.put("LC_ALL", "C");
    }

    /** @param name such as {@code id_ed25519} */
    Path key(String name) throws IOException {
        Path file = home.resolve(".ssh").resolve(name);
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file.toString());
        return Path.of(file + ".pub");
    }

    Said caution(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        PrintStream stdout = System.out;
        PrintStream stderr = System.err;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            int exitCode = here(() -> Caution.commandLine().execute(arguments));
            return new Said(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(stdout);
            System.setErr(stderr);
        }
    }

    /** In a directory of a name, made where it is not there. */
    Person in(Path place) throws IOException {
        directory = Files.createDirectories(place);
        return this;
    }

    Person write(String file, String content) throws IOException {
        Path path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
        return this;
    }

    String git(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    private String run(String... command) throws IOException {
        var result = ScopedValue.where(Surroundings.OTHER, surroundings()).call(() -> Program.run(List.of(command), new byte[0], 60));
        if (!result.ok()) {
            throw new AssertionError(String.join(" ", command) + ": " + result.errors() + result.output());
        }
        return result.output();
    }

    <T, X extends Throwable> T here(ScopedValue.CallableOp<T, X> what) throws X {
        return ScopedValue.where(Surroundings.OTHER, surroundings()).call(what);
    }

    private Surroundings surroundings() {
        return new Surroundings(directory, home, Map.copyOf(environment));
    }
}
