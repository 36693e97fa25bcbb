package co.caution.enclaveos;

import java.io.IOException;

/** A lock that is refused; the message says which line, why, and what to do. */
public final class EnclaveOsLockException extends IOException {

    EnclaveOsLockException(String message) {
        super(message);
    }
}
