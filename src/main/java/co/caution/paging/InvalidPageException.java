package co.caution.paging;

/** A {@code limit} or {@code cursor} that names no page; the message says why and what to do. */
public final class InvalidPageException extends RuntimeException {

    private static final long serialVersionUID = 1;

    InvalidPageException(String message) {
        super(message);
    }
}
