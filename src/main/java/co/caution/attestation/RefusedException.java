package co.caution.attestation;

/** A broken rule on its way to becoming {@link Evidence.Refused}; it never leaves this package. */
final class RefusedException extends Exception {

    private final Rule rule;

    RefusedException(Rule rule, String message) {
        super(message, null, false, false);
        this.rule = rule;
    }

    Rule rule() {
        return rule;
    }

    static void require(boolean holds, Rule rule, String message) throws RefusedException {
        if (!holds) {
            throw new RefusedException(rule, message);
        }
    }
}
