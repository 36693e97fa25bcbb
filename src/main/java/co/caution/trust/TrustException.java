package co.caution.trust;

/** Something that is kept, or meant to be, cannot be used; the message says what, why and what to do. */
public final class TrustException extends RuntimeException {

    private static final long serialVersionUID = 1;

    TrustException(String message) {
        super(message);
    }
}
