package co.caution.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The person's own git: it knows their worktrees and settings better than any library. */
final class Git {

    /** @param output what it printed; where it failed, its errors */
    record Result(int exitCode, String output) {
        boolean ok() {
            return exitCode == 0;
        }
    }

    private static final int LIMIT_SECONDS = 600;

    private Git() {}

    static Result run(Path directory, String... arguments) {
        var command = new ArrayList<>(List.of("git", "-C", directory.toString()));
        command.addAll(List.of(arguments));
        try {
            Program.Result git = Program.run(command, new byte[0], LIMIT_SECONDS); // it must never wait for an answer
            return new Result(git.exitCode(), git.ok() ? git.output() : git.errors());
        } catch (IOException e) {
            throw new CliException("git could not be started: " + e.getMessage() + ". Install git.");
        }
    }

    static String require(Path directory, String... arguments) {
        Result result = run(directory, arguments);
        if (!result.ok()) {
            throw new CliException("git " + String.join(" ", arguments) + " failed: " + result.output());
        }
        return result.output();
    }
}
