package co.caution.attestation;

/** CBOR that is not well-formed, or beyond our limits. */
public final class InvalidCborException extends Exception {

    InvalidCborException(int offset, String message) {
        super("CBOR offset " + offset + ": " + message);
    }
}
