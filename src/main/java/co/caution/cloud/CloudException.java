package co.caution.cloud;

/** What cannot be done with a cloud account; the message is for the person who asked. */
public class CloudException extends RuntimeException {

    private static final long serialVersionUID = 1;

    CloudException(String message) {
        super(message);
    }

    public static final class NotFound extends CloudException {
        private static final long serialVersionUID = 1;

        NotFound() {
            super("There is no such cloud account here. 'caution cloud-accounts list' shows those that there are.");
        }
    }

    public static final class Conflict extends CloudException {
        private static final long serialVersionUID = 1;

        Conflict(String message) {
            super(message);
        }
    }
}
