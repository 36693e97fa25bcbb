package co.caution.sshkey;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whose signatures count. One signer a line, in the form of {@code ssh-keygen(1)}, ALLOWED SIGNERS: principals, options
 * ({@code namespaces}, {@code valid-after}, {@code valid-before}), key. A key alone or its fingerprint ({@code SHA256:…})
 * will do, too; then it has no principal. Certificates are not taken.
 */
public final class AllowedSigners {

    /**
     * @param principals as listed for the key; empty where it is listed without
     * @param refused why the key's signature does not count all the same; empty: it does
     */
    public record Signer(String principals, Optional<String> refused) {}

    private record Entry(String principals, String fingerprint, List<String> namespaces, Optional<Instant> after, Optional<Instant> before) {}

    private static final String KEY = "(?:ssh-|ecdsa-|sk-)[^\\s,=\"]+\\s+\\S+.*";
    private static final String OPTION = "[A-Za-z-]+(?:=\"[^\"]*\"|=[^\\s,\"]*)?";
    private static final Pattern LINE =
            Pattern.compile("(\"[^\"]+\"|\\S+)\\s+(?:(" + OPTION + "(?:," + OPTION + ")*)\\s+)?(" + KEY + ")");
    private static final Pattern FINGERPRINT = Pattern.compile("SHA256:[A-Za-z0-9+/]{43}");

    private final List<Entry> entries = new ArrayList<>();

    private AllowedSigners() {}

    /** Nobody. */
    public static AllowedSigners none() {
        return new AllowedSigners();
    }

    /**
     * @param zone of times that name none
     * @throws SshKeyException naming the line that was not understood
     */
    public static AllowedSigners parse(List<String> lines, ZoneId zone) {
        var signers = new AllowedSigners();
        int number = 0;
        for (String raw : lines) {
            number++;
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                signers.entries.add(entry(line, zone));
            } catch (SshKeyException e) {
                throw new SshKeyException("Signer " + number + ": " + e.getMessage());
            }
        }
        return signers;
    }

    private static Entry entry(String line, ZoneId zone) {
        if (FINGERPRINT.matcher(line).matches()) {
            return new Entry("", line, List.of(), Optional.empty(), Optional.empty());
        }
        if (line.matches(KEY)) {
            return new Entry("", SshPublicKey.parse(line).fingerprint(), List.of(), Optional.empty(), Optional.empty());
        }
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw new SshKeyException("it is neither 'PRINCIPAL [OPTIONS] KEY', nor a key, nor a fingerprint (SHA256:…).");
        }
        String principals = parts.group(1).replace("\"", "");
        var entry = new Entry(principals, SshPublicKey.parse(parts.group(3)).fingerprint(), List.of(), Optional.empty(), Optional.empty());
        if (parts.group(2) == null) {
            return entry;
        }
        for (String option : options(parts.group(2))) {
            entry = with(entry, option, zone);
        }
        return entry;
    }

    /** Commas separate them, but not within quotes. */
    private static List<String> options(String text) {
        return List.of(text.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)"));
    }

    private static Entry with(Entry entry, String option, ZoneId zone) {
        String[] words = option.split("=", 2);
        String value = words.length < 2 ? "" : words[1].replace("\"", "");
        return switch (words[0].toLowerCase(Locale.ROOT)) {
            case "namespaces" -> new Entry(entry.principals, entry.fingerprint, List.of(value.split(",")), entry.after, entry.before);
            case "valid-after" -> new Entry(entry.principals, entry.fingerprint, entry.namespaces, Optional.of(time(value, zone)), entry.before);
            case "valid-before" -> new Entry(entry.principals, entry.fingerprint, entry.namespaces, entry.after, Optional.of(time(value, zone)));
            case "cert-authority" -> throw new SshKeyException("certificates are not taken; list the keys themselves.");
            default -> throw new SshKeyException("the option '" + SshPublicKey.name(words[0]) + "' is not known.");
        };
    }

    /** {@code YYYYMMDD[Z]} or {@code YYYYMMDDHHMM[SS][Z]}. */
    private static Instant time(String text, ZoneId zone) {
        String digits = text.replaceFirst("[Zz]$", "");
        try {
            if (!digits.matches("[0-9]{8}([0-9]{4}([0-9]{2})?)?")) {
                throw new DateTimeException("another form");
            }
            String whole = digits + "000000".substring(0, 14 - digits.length());
            return LocalDateTime.parse(whole, DateTimeFormatter.ofPattern("uuuuMMddHHmmss"))
                    .atZone(digits.equals(text) ? zone : ZoneOffset.UTC).toInstant();
        } catch (DateTimeException e) {
            throw new SshKeyException("a time is YYYYMMDD or YYYYMMDDHHMM[SS], with or without Z, not '" + SshPublicKey.name(text) + "'.");
        }
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /**
     * @param fingerprint of the key that signed
     * @param namespace what for
     * @param at when, as far as that is known
     * @return empty for a key that is not listed
     */
    public Optional<Signer> of(String fingerprint, String namespace, Instant at) {
        List<Entry> listed = entries.stream().filter(entry -> entry.fingerprint.equals(fingerprint)).toList();
        Predicate<Entry> counts = entry -> refused(entry, namespace, at).isEmpty();
        return listed.stream().filter(counts).findFirst()
                .or(() -> listed.stream().findFirst())
                .map(entry -> new Signer(entry.principals, refused(entry, namespace, at)));
    }

    private static Optional<String> refused(Entry entry, String namespace, Instant at) {
        if (!entry.namespaces.isEmpty() && !entry.namespaces.contains(namespace)) {
            return Optional.of("the key is listed for other purposes than '" + namespace + "'");
        }
        if (entry.after.filter(at::isBefore).isPresent()) {
            return Optional.of("the key is listed from " + entry.after.get() + " on, and signed at " + at);
        }
        return entry.before.filter(end -> !at.isBefore(end)).map(end -> "the key is listed until " + end + ", and signed at " + at);
    }
}
