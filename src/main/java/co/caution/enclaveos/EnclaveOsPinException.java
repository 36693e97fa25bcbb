package co.caution.enclaveos;

/** A pin of the lock that cannot be had any more, while nothing else would do. */
public final class EnclaveOsPinException extends EnclaveOsBuildException {

    EnclaveOsPinException(String message) {
        super(message);
    }
}
