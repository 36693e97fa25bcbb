package co.caution.eif;

import java.io.IOException;

/** An archive, or an entry offered to one, that breaks a rule of the newc format or of ours. */
public final class InvalidCpioException extends IOException {

    InvalidCpioException(String message) {
        super(message);
    }

    InvalidCpioException(long offset, String message) {
        super("cpio offset " + offset + ": " + message);
    }
}
