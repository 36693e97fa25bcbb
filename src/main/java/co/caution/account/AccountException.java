package co.caution.account;

/** A request about an account that cannot be met; the message is for the person who asked. */
public class AccountException extends RuntimeException {

    private static final long serialVersionUID = 1;

    AccountException(String message) {
        super(message);
    }

    /** No such key or token, or not this person's. */
    public static final class NotFound extends AccountException {
        private static final long serialVersionUID = 1;

        NotFound(String message) {
            super(message);
        }
    }

    /** The account's state does not allow it. */
    public static final class Conflict extends AccountException {
        private static final long serialVersionUID = 1;

        Conflict(String message) {
            super(message);
        }
    }

    /** Nobody was signed in. */
    public static final class NotSignedIn extends AccountException {
        private static final long serialVersionUID = 1;

        NotSignedIn(String message) {
            super(message);
        }
    }

    /** Later, perhaps. */
    public static final class TooMany extends AccountException {
        private static final long serialVersionUID = 1;

        TooMany(String message) {
            super(message);
        }
    }
}
