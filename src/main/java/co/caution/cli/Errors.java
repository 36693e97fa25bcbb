package co.caution.cli;

import java.io.UncheckedIOException;
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
        print(e instanceof UncheckedIOException || e.getMessage() != null ? e.getMessage() : e.toString());
        if (System.getenv("CAUTION_DEBUG") != null) {
            e.printStackTrace();
        } else {
            System.err.println("(CAUTION_DEBUG=1 shows where it happened)");
        }
        return OTHER;
    }

    static void print(String message) {
        System.err.println(Style.red("error: ") + message);
    }
}
