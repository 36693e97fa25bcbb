package co.caution.attestation;

/** A file of expected registers that cannot be understood; the message names the line. */
public final class InvalidPcrFileException extends Exception {

    InvalidPcrFileException(int line, String message) {
        super("line " + line + ": " + message);
    }

    InvalidPcrFileException(String message) {
        super(message);
    }
}
