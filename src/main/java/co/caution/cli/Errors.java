package co.caution.cli;

import co.caution.ConfigurationException;
import co.caution.build.Text;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns whatever went wrong into one error on standard error and an exit code. */
final class Errors {

    static final int USAGE = 64;
    static final int OTHER = 1;

    private Errors() {}

    static int usage(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        print(e.getMessage());
        if (!UnmatchedArgumentException.printSuggestions(e, System.err)) {
            System.err.println("Usage: " + command.getCommandSpec().qualifiedName() + " --help");
        }
        return USAGE;
    }

    static int failure(Exception e, CommandLine command, ParseResult result) {
        if (e instanceof CliException cli) {
            print(cli.getMessage());
            return cli.exitCode();
        }
        if (e instanceof ConfigurationException configuration) {
            print(configuration.getMessage());
            return configuration.mistaken() ? USAGE : OTHER;
        }
        print(message(e));
        if (System.getenv("CAUTION_DEBUG") != null) {
            e.printStackTrace();
        } else {
            System.err.println("(CAUTION_DEBUG=1 shows where it happened)");
        }
        return OTHER;
    }

    /** Frameworks wrap what happened in what they were doing; the innermost message is the one to act on. */
    private static String message(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /** Part of a message may be what a stranger's server said: it must not steer this terminal. */
    static void print(String message) {
        System.err.println(Style.red("error: ") + message.lines().map(Text::printable).collect(Collectors.joining("\n")));
    }
}
