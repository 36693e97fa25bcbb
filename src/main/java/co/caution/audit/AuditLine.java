package co.caution.audit;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One line of an exported log, by itself JSON: a whole entry, or one of somebody else's as its digest. Either takes the
 * chain from one hash to the next.
 *
 * <pre>
 * {"sequence":7,"entry":{…},"hash":"…"}
 * {"sequence":8,"digest":"…","hash":"…"}
 * </pre>
 *
 * @param canonical the entry to the byte, of which the digest is; null where only that is given
 */
record AuditLine(long sequence, @Nullable String canonical, byte[] digest, byte[] hash) {

    private static final Pattern LINE = Pattern.compile("\\{\"sequence\":([1-9][0-9]{0,17}),(?:\"entry\":(\\{.*}),|\"digest\":\"([0-9a-f]{64})\",)"
            + "\"hash\":\"([0-9a-f]{64})\"}");

    static String whole(AuditTrail.Recorded recorded) {
        return "{\"sequence\":" + recorded.entry().sequence() + ",\"entry\":" + recorded.entry().canonical() + end(recorded);
    }

    static String veiled(AuditTrail.Recorded recorded) {
        return "{\"sequence\":" + recorded.entry().sequence() + ",\"digest\":\"" + HexFormat.of().formatHex(recorded.entry().digest()) + "\""
                + end(recorded);
    }

    private static String end(AuditTrail.Recorded recorded) {
        return ",\"hash\":\"" + HexFormat.of().formatHex(recorded.hash()) + "\"}";
    }

    static Optional<AuditLine> parse(String line) {
        var found = LINE.matcher(line);
        if (!found.matches()) {
            return Optional.empty();
        }
        String canonical = found.group(2);
        byte[] digest = canonical == null ? HexFormat.of().parseHex(found.group(3)) : Chain.sha256(canonical.getBytes(StandardCharsets.UTF_8));
        return Optional.of(new AuditLine(Long.parseLong(found.group(1)), canonical, digest, HexFormat.of().parseHex(found.group(4))));
    }
}
