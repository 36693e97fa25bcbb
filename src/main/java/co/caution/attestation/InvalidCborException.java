package co.caution.attestation;

/** CBOR that is not well-formed, or beyond our limits. */
public final class InvalidCborException extends Exception {

    InvalidCborException(int offset, String message) {
        super("CBOR offset " + offset + ": " + message);
    }

    static void requireAtMost(int limit, byte[] message) throws InvalidCborException {
        if (message.length > limit) {
            throw new InvalidCborException(limit, "a message of " + message.length + " bytes, more than " + limit);
        }
    }
}
