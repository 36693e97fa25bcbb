package co.caution.enclaveos;

/** What was to be built is not what the lock says. */
public final class EnclaveOsDifferenceException extends EnclaveOsBuildException {

    private final transient LockChanges differences;

    EnclaveOsDifferenceException(String what, LockChanges differences) {
        super(what + ": " + String.join("; ", differences.lines()));
        this.differences = differences;
    }

    /** From the lock to what is here. */
    public LockChanges differences() {
        return differences;
    }
}
