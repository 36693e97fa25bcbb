package co.caution.attestation;

/** Bytes that are no attestation document. */
public final class InvalidDocumentException extends Exception {

    private final Rule rule;

    InvalidDocumentException(RefusedException refused) {
        super("rule " + refused.rule().number() + ": " + refused.getMessage());
        this.rule = refused.rule();
    }

    public Rule rule() {
        return rule;
    }
}
