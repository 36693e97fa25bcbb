package co.caution.account;

/** A request about an account that cannot be met; the message is for the person who asked. */
public class AccountException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public AccountException(String message) {
        super(message);
    }

    /** Theirs, but not for somebody in their role. */
    public static final class Denied extends AccountException {
        private static final long serialVersionUID = 1;

        public Denied(String message) {
            super(message);
        }
    }

    /** No such key, token or organization, or not this person's. */
    public static final class NotFound extends AccountException {
        private static final long serialVersionUID = 1;

        public NotFound(String message) {
            super(message);
        }
    }

    /** The account's state does not allow it. */
    public static final class Conflict extends AccountException {
        private static final long serialVersionUID = 1;

        public Conflict(String message) {
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

    /** A call that takes fresh proof came without, or with none that counts. */
    public static final class Unproven extends AccountException {
        private static final long serialVersionUID = 1;

        public static final String REQUIRED = "proof_required";
        public static final String REFUSED = "proof_refused";

        private final String code;

        /** @param code one of those above, for clients */
        public Unproven(String code, String message) {
            super(message);
            this.code = code;
        }

        public String code() {
            return code;
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
