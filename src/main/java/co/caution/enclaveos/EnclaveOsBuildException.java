package co.caution.enclaveos;

import java.io.IOException;

/** EnclaveOS could not be built; the message says what happened, why, and what to do. */
public sealed class EnclaveOsBuildException extends IOException permits EnclaveOsPinException, EnclaveOsDifferenceException {

    EnclaveOsBuildException(String message) {
        super(message);
    }
}
