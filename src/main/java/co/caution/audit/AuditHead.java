package co.caution.audit;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a chain has come to, for whoever wants to know later that nothing of it was changed.
 *
 * @param hash SHA-256 in hex
 */
public record AuditHead(long sequence, String hash) {

    private static final Pattern WORD = Pattern.compile("([1-9][0-9]{0,17}):([0-9a-f]{64})");

    /** Of a chain with nothing in it. */
    public static final AuditHead NONE = new AuditHead(0, "0".repeat(64));

    /** Reads what {@link #toString()} writes. */
    public static Optional<AuditHead> parse(String word) {
        var found = WORD.matcher(word.strip());
        return found.matches() ? Optional.of(new AuditHead(Long.parseLong(found.group(1)), found.group(2))) : Optional.empty();
    }

    @Override
    public String toString() {
        return sequence + ":" + hash;
    }
}
