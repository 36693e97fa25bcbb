package co.caution.cli;

import co.caution.ConfigurationException;
import co.caution.build.Text;
import co.caution.trust.TrustException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Turns whatever went wrong into one error and an exit code: on standard error for people; with {@code --json} as the one
 * object on standard output.
 */
final class Errors {

    static final int USAGE = 64;
    static final int OTHER = 1;
    /** As {@code verify} has it: what was built is not what was promised. */
    static final int DIFFERENT = 2;
    static final int NOT_REPRODUCED = 6;
    /** As {@code verify} has it: true, but not what was asked for. */
    static final int POLICY = 5;
    private static final int MOST_GUESSES = 3;

    private Errors() {}

    static int usage(ParameterException e, String[] args) {
        // picocli goes on with its own guesses below the first line.
        String message = e.getMessage().lines().findFirst().orElse("the command was not understood");
        List<String> meant = List.of();
        if (e instanceof UnmatchedArgumentException unmatched) {
            String first = unmatched.getUnmatched().getFirst();
            String where = "'" + e.getCommandLine().getCommandSpec().qualifiedName() + "'";
            message = unmatched.isUnknownOption() ? where + " has no option '" + first + "'."
                    : where + " does not know what to do with '" + first + "'.";
            meant = unmatched.getSuggestions().stream().limit(MOST_GUESSES).toList();
        } else if (message.equals("Missing required subcommand")) {
            message = "'" + e.getCommandLine().getCommandSpec().qualifiedName() + "' needs one more word: "
                    + String.join(", ", e.getCommandLine().getSubcommands().keySet()) + ".";
        }
        if (Arrays.asList(args).contains("--json")) {
            json("usage", message, USAGE, null, meant);
            return USAGE;
        }
        print(message);
        if (!meant.isEmpty()) {
            System.err.println("Did you mean: " + String.join(", ", meant) + "?");
        }
        System.err.println("Usage: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
        return USAGE;
    }

    static int failure(Exception e, CommandLine command, ParseResult result) {
        CliException known = switch (e) {
            case CliException cli -> cli;
            case TrustException trust -> new CliException(trust.getMessage());
            case ConfigurationException configuration -> new CliException(
                    configuration.mistaken() ? USAGE : OTHER, "configuration", configuration.getMessage(), null);
            default -> null;
        };
        String message = known == null ? message(e) : known.getMessage();
        int exitCode = known == null ? OTHER : known.exitCode();
        if (result.originalArgs().contains("--json")) {
            json(known == null ? "failed" : known.code(), message, exitCode, known == null ? null : known.request(), List.of());
        } else {
            print(message);
        }
        if (known == null && Surroundings.variable("CAUTION_DEBUG").isPresent()) {
            e.printStackTrace();
        } else if (known == null) {
            System.err.println("(CAUTION_DEBUG=1 shows where it happened)");
        }
        return exitCode;
    }

    /** Frameworks wrap what happened in what they were doing; the innermost message is the one to act on. */
    private static String message(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        if (cause instanceof FileSystemException refused && refused.getFile() != null && refused.getReason() == null) {
            return refused.getFile() + ": " + why(refused);
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /** Beside the name of the file, which is all that many of these exceptions say. */
    static String why(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such file or directory";
            case AccessDeniedException _ -> "this user may not";
            case FileAlreadyExistsException _ -> "it is there already";
            case FileSystemException refused when refused.getReason() == null ->
                    "the file system refuses it (" + e.getClass().getSimpleName() + ")";
            default -> e.getMessage() == null ? e.toString() : e.getMessage();
        };
    }

    /** What another room says in the middle of a sentence. */
    static String sentence(String message) {
        return Character.toUpperCase(message.charAt(0)) + message.substring(1) + (message.endsWith(".") ? "" : ".");
    }

    private static void json(String code, String message, int exitCode, @Nullable String request, List<String> meant) {
        var error = new LinkedHashMap<String, Object>();
        error.put("code", code);
        error.put("message", message);
        error.put("exit_code", exitCode);
        if (request != null) {
            error.put("request", request);
        }
        if (!meant.isEmpty()) {
            error.put("did_you_mean", meant);
        }
        Output.json(Map.of("error", error));
    }

    /** Beside a result, also beside JSON: on standard error. */
    static void warn(String message) {
        System.err.println(Style.redError("WARNING: ") + Text.printable(message));
    }

    /** Part of a message may be what a stranger's server said: it must not steer this terminal. */
    static void print(String message) {
        System.err.println(Style.redError("error: ") + message.lines().map(Text::printable).collect(Collectors.joining("\n")));
    }
}
