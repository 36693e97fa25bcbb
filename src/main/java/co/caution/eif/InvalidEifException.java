package co.caution.eif;

import java.io.IOException;

/** An image that breaks a rule of the format; the message names the offset and the rule. */
public final class InvalidEifException extends IOException {

    private final long offset;
    private final String rule;

    InvalidEifException(long offset, String rule, String found) {
        super("EIF offset 0x" + Long.toHexString(offset) + ": " + rule + "; found " + found);
        this.offset = offset;
        this.rule = rule;
    }

    /** Position in the file, in bytes. */
    public long offset() {
        return offset;
    }

    /** The rule that was broken, as a sentence about how it should be. */
    public String rule() {
        return rule;
    }
}
