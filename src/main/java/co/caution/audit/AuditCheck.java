package co.caution.audit;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Checks an exported log, with nothing but the export: that each entry follows from all those before it. */
public final class AuditCheck {

    /** What came of it. */
    public sealed interface Result {

        /**
         * @param entries how many there are
         * @param shown how many of them are there whole
         */
        record Sound(AuditHead head, long entries, long shown) implements Result {}

        /** @param sequence of the first entry that is not what was written, or is not there */
        record Broken(long sequence, String why) implements Result {}

        /** Sound by itself, and not what somebody saw earlier. */
        record Rewritten(AuditHead remembered, String why) implements Result {}
    }

    private static final JsonMapper JSON = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private final @Nullable AuditHead remembered;
    private final Map<String, Long> organizations = new HashMap<>();
    private AuditHead head = AuditHead.NONE;
    private long shown;
    private @Nullable String otherThen;

    private AuditCheck(@Nullable AuditHead remembered) {
        this.remembered = remembered;
    }

    /** @param remembered an earlier head, which must still be in the chain */
    public static Result check(BufferedReader export, @Nullable AuditHead remembered) throws IOException {
        return new AuditCheck(remembered).check(export);
    }

    private Result check(BufferedReader export) throws IOException {
        for (String line = export.readLine(); line != null; line = export.readLine()) {
            var broken = add(line);
            if (broken != null) {
                return broken;
            }
        }
        if (remembered != null && remembered.sequence() > head.sequence()) {
            return new Result.Rewritten(remembered, "it ends with entry " + head.sequence() + ", and once had entry " + remembered.sequence());
        }
        if (remembered != null && otherThen != null) {
            return new Result.Rewritten(remembered, "entry " + remembered.sequence() + " has the hash " + otherThen + ", and once had "
                    + remembered.hash());
        }
        return new Result.Sound(head, head.sequence(), shown);
    }

    private Result.@Nullable Broken add(String text) {
        long next = head.sequence() + 1;
        var parsed = AuditLine.parse(text);
        if (parsed.isEmpty()) {
            return new Result.Broken(next, "line " + next + " is not one of an exported log");
        }
        AuditLine line = parsed.get();
        if (line.sequence() != next) {
            return new Result.Broken(next, line.sequence() > next
                    ? "it is missing: after entry " + head.sequence() + " comes " + line.sequence()
                    : "in its place is entry " + line.sequence());
        }
        var hex = HexFormat.of();
        if (!Arrays.equals(Chain.link(hex.parseHex(head.hash()), line.digest()), line.hash())) {
            return new Result.Broken(next, "its hash does not follow from what it says and the entry before it: one of the two was changed");
        }
        if (line.canonical() != null) {
            var broken = content(next, line.canonical());
            if (broken != null) {
                return broken;
            }
            shown++;
        }
        head = new AuditHead(next, hex.formatHex(line.hash()));
        if (remembered != null && remembered.sequence() == next && !remembered.hash().equals(head.hash())) {
            otherThen = head.hash();
        }
        return null;
    }

    /** What the digest covers must be of this place, too. */
    private Result.@Nullable Broken content(long sequence, String canonical) {
        JsonNode entry;
        try {
            entry = JSON.readTree(canonical);
        } catch (JacksonException e) {
            return new Result.Broken(sequence, "what it says is not JSON");
        }
        if (entry.path("sequence").asLong(0) != sequence) {
            return new Result.Broken(sequence, "it says of itself to be entry " + entry.path("sequence").asString("?"));
        }
        if (entry.has("organization")) {
            String organization = entry.path("organization").asString("");
            long number = entry.path("organization_sequence").asLong(0);
            long expected = organizations.getOrDefault(organization, 0L) + 1;
            if (number != expected) {
                return new Result.Broken(sequence, "it is the organization's number " + number + ", and number " + expected
                        + " was not shown: an entry of the organization's is kept from you");
            }
            organizations.put(organization, number);
        }
        return null;
    }
}
