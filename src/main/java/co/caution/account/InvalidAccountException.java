package co.caution.account;

/** A user name, SSH key or token that cannot be taken; the message is for the person who gave it. */
public final class InvalidAccountException extends RuntimeException {

    private static final long serialVersionUID = 1;

    InvalidAccountException(String message) {
        super(message);
    }
}
