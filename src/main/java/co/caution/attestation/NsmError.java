package co.caution.attestation;

/** Why the security module did not do what was asked; the names are the wire's. */
public enum NsmError {
    INVALID_ARGUMENT("InvalidArgument"),
    INVALID_INDEX("InvalidIndex"),
    INVALID_RESPONSE("InvalidResponse"),
    READ_ONLY_INDEX("ReadOnlyIndex"),
    INVALID_OPERATION("InvalidOperation"),
    BUFFER_TOO_SMALL("BufferTooSmall"),
    INPUT_TOO_LARGE("InputTooLarge"),
    INTERNAL_ERROR("InternalError");

    final String wire;

    NsmError(String wire) {
        this.wire = wire;
    }
}
