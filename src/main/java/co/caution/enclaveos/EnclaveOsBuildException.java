package co.caution.enclaveos;

import java.io.IOException;

/** EnclaveOS could not be built; the message says what happened, why, and what to do. */
public final class EnclaveOsBuildException extends IOException {

    EnclaveOsBuildException(String message) {
        super(message);
    }
}
