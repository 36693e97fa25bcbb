package co.caution.cli;

import org.jspecify.annotations.Nullable;

/** An error to show as it is: what happened, why, what to do next. */
final class CliException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int exitCode;
    private final String code;
    private final @Nullable String request;

    CliException(String message) {
        this(Errors.OTHER, message);
    }

    CliException(int exitCode, String message) {
        this(exitCode, exitCode == Errors.USAGE ? "usage" : "failed", message, null);
    }

    /** @param code one word for machines, see docs/reference/json.md */
    CliException(String code, String message) {
        this(Errors.OTHER, code, message, null);
    }

    /** @param request the id under which the server's log has it */
    CliException(int exitCode, String code, String message, @Nullable String request) {
        super(message);
        this.exitCode = exitCode;
        this.code = code;
        this.request = request;
    }

    CliException(int exitCode, String message, Throwable cause) {
        this(exitCode, message);
        initCause(cause);
    }

    int exitCode() {
        return exitCode;
    }

    String code() {
        return code;
    }

    @Nullable String request() {
        return request;
    }
}
