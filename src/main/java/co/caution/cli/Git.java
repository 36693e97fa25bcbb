package co.caution.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The person's own git: it knows their worktrees and settings better than any library. */
final class Git {

    /** @param output without the newline at the end */
    record Result(int exitCode, String output) {
        boolean ok() {
            return exitCode == 0;
        }
    }

    private Git() {}

    static Result run(Path directory, String... arguments) {
        var command = new ArrayList<>(List.of("git", "-C", directory.toString()));
        command.addAll(List.of(arguments));
        try {
            Process git = new ProcessBuilder(command).redirectErrorStream(true).start();
            git.getOutputStream().close(); // it must never wait for an answer
            String output = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
            return new Result(git.waitFor(), output);
        } catch (IOException e) {
            throw new CliException("git could not be started: " + e.getMessage() + ". Install git.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted");
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
