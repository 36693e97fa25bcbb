package co.caution.audit;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One line of the log.
 *
 * @param sequence from 1, without gaps
 * @param salt random, so that whoever sees only the digest cannot guess what it is of
 * @param at to the microsecond
 * @param event see {@link AuditEvent}; a word, as a log may be older or newer than the program
 * @param organizationSequence from 1, without gaps, in that organization
 * @param details a JSON object of texts, as it was hashed
 */
public record AuditEntry(long sequence, String salt, Instant at, String event, @Nullable UUID account, String actor, String by,
        @Nullable String credential, @Nullable String request, @Nullable String address, @Nullable String proof,
        @Nullable UUID organization, @Nullable Long organizationSequence, String subject, String details) {

    /** Of every field: a JSON object as RFC 8785 writes it, without those that are null. */
    public String canonical() {
        var fields = new TreeMap<String, Object>();
        fields.put("sequence", sequence);
        fields.put("salt", salt);
        fields.put("at", Canonical.time(at));
        fields.put("event", event);
        put(fields, "account", account);
        fields.put("actor", actor);
        fields.put("by", by);
        put(fields, "credential", credential);
        put(fields, "request", request);
        put(fields, "address", address);
        put(fields, "proof", proof);
        put(fields, "organization", organization);
        if (organizationSequence != null) {
            fields.put("organization_sequence", organizationSequence);
        }
        fields.put("subject", subject);
        fields.put("details", new Canonical.Written(details));
        return Canonical.object(fields);
    }

    /** {@link #details()}, for people. */
    public Map<String, String> named() {
        return Canonical.read(details);
    }

    private static void put(Map<String, Object> fields, String name, @Nullable Object value) {
        if (value != null) {
            fields.put(name, value.toString());
        }
    }

    /** SHA-256 of {@link #canonical()} in UTF-8. */
    public byte[] digest() {
        return Chain.sha256(canonical().getBytes(StandardCharsets.UTF_8));
    }
}
