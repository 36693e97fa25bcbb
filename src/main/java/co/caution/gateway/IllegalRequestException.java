package co.caution.gateway;

/** A body that is JSON but not what the call takes. */
final class IllegalRequestException extends RuntimeException {

    private static final long serialVersionUID = 1;

    IllegalRequestException(String message) {
        super(message);
    }
}
