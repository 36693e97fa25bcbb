package co.caution.verify;

/** A policy that was not understood; the message says where, and what was meant perhaps. */
public final class PolicyException extends Exception {

    private static final long serialVersionUID = 1;

    PolicyException(String message) {
        super(message);
    }
}
