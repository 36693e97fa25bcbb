package co.caution.verify;

import co.caution.project.Suggestion;
import co.caution.sshkey.AllowedSigners;
import co.caution.sshkey.SshKeyException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A policy as JSON, see docs/reference/policy.md. Read strictly: a rule that was misspelt would demand nothing, and nobody
 * would notice.
 *
 * @param json without references to other files, fit to be kept
 */
public record PolicyFile(ObjectNode json, Policy policy) {

    private static final int VERSION = 1;
    private static final int LARGEST = 64 << 10;
    private static final String SIGNERS = "commit_signed_by";
    private static final String SIGNERS_FILE = "allowed_signers_file";
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern PCR = Pattern.compile("[0-9a-f]{96}");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    @FunctionalInterface
    private interface Key {
        Policy.Rule read(JsonNode value) throws PolicyException;
    }

    private static final Map<String, Key> KEYS = new LinkedHashMap<>();

    static {
        KEYS.put("roots", value -> PolicyRules.roots(texts(value, "'aws' or the SHA-256 of a root certificate",
                text -> text.equals("aws") || SHA256.matcher(text).matches())));
        KEYS.put("pcrs", value -> PolicyRules.pcrs(pcrs(value)));
        KEYS.put("max_age_seconds", value -> PolicyRules.maxAge(number(value, 1, Integer.MAX_VALUE)));
        KEYS.put("no_debug", value -> PolicyRules.noDebug(demanded(value)));
        KEYS.put("egress", value -> PolicyRules.egress(texts(value, "host:port or *.domain:port",
                text -> text.matches("(\\*\\.)?[a-z0-9.-]+:[0-9]{1,5}"))));
        KEYS.put("ports", value -> PolicyRules.ports(numbers(value)));
        KEYS.put("not_root", value -> PolicyRules.notRoot(demanded(value)));
        KEYS.put("max_memory_mb", value -> PolicyRules.maxMemory(number(value, 1, Integer.MAX_VALUE)));
        KEYS.put("channel_bound", value -> PolicyRules.channelBound(demanded(value)));
        KEYS.put("enclaveos_locks", value -> PolicyRules.locks(texts(value, "the digest of a lock, 64 hex digits",
                text -> SHA256.matcher(text).matches())));
        KEYS.put("kernel_at_least", value -> PolicyRules.kernel(text(value, "a version such as 6.12.95", "[0-9]{1,5}(\\.[0-9]{1,5}){0,3}")));
        KEYS.put(SIGNERS, value -> PolicyRules.signedBy(!value.isEmpty()));
    }

    /**
     * @param file may name another file, relative to itself, with the signers that it accepts
     * @throws PolicyException naming the file and what is wrong with it
     */
    public static PolicyFile read(Path file) throws PolicyException {
        try {
            return of(withSigners(json(bytes(file)), file));
        } catch (PolicyException e) {
            throw new PolicyException("The policy " + file + " was not understood: " + e.getMessage());
        } catch (NoSuchFileException _) {
            throw new PolicyException("There is no policy " + file + ".");
        } catch (IOException e) {
            throw new PolicyException("The policy " + file + " cannot be read (" + e.getClass().getSimpleName() + ").");
        }
    }

    /** @throws PolicyException saying what is wrong */
    public static PolicyFile of(ObjectNode json) throws PolicyException {
        if (json.path("version").asInt(0) != VERSION || !json.path("version").isInt()) {
            throw new PolicyException("it must say \"version\": " + VERSION + ".");
        }
        var rules = new ArrayList<Policy.Rule>();
        for (Map.Entry<String, JsonNode> property : json.properties()) {
            String name = property.getKey();
            if (name.equals("version") || name.equals("description") && property.getValue().isString()) {
                continue;
            }
            Key key = KEYS.get(name);
            if (key == null) {
                throw unknown(name);
            }
            try {
                rules.add(key.read(property.getValue()));
            } catch (PolicyException e) {
                throw new PolicyException("'" + name + "' is " + e.getMessage() + ".");
            }
        }
        if (rules.isEmpty()) {
            throw new PolicyException("it holds no rule, and would demand nothing.");
        }
        signers(json); // understood now or never
        return new PolicyFile(json, new Policy(rules));
    }

    /** Whose signatures count; nobody's where the policy says nothing of them. */
    public AllowedSigners signers() {
        try {
            return signers(json);
        } catch (PolicyException e) {
            throw new IllegalStateException("read before", e);
        }
    }

    private static AllowedSigners signers(ObjectNode json) throws PolicyException {
        if (!json.has(SIGNERS)) {
            return AllowedSigners.none();
        }
        try {
            return AllowedSigners.parse(texts(json.get(SIGNERS), "a key, a fingerprint, or a line of an allowed-signers file", text -> true),
                    ZoneId.systemDefault());
        } catch (SshKeyException e) {
            throw new PolicyException("'" + SIGNERS + "': " + e.getMessage());
        }
    }

    /** A policy that is kept must not change with a file elsewhere. */
    private static ObjectNode withSigners(ObjectNode json, Path file) throws PolicyException, IOException {
        JsonNode named = json.remove(SIGNERS_FILE);
        if (named == null) {
            return json;
        }
        Path signers = file.toAbsolutePath().resolveSibling(text(named, "a file's name", ".+"));
        if (!Files.isRegularFile(signers)) {
            throw new PolicyException("'" + SIGNERS_FILE + "' names " + signers + ", which is no file.");
        }
        var all = json.withArray("/" + SIGNERS);
        new String(bytes(signers), StandardCharsets.UTF_8).lines()
                .map(String::strip).filter(line -> !line.isEmpty() && !line.startsWith("#")).forEach(all::add);
        return json;
    }

    private static byte[] bytes(Path file) throws IOException, PolicyException {
        try (var in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(LARGEST + 1);
            if (content.length > LARGEST) {
                throw new PolicyException(file + " is larger than " + LARGEST + " bytes.");
            }
            return content;
        }
    }

    private static ObjectNode json(byte[] content) throws PolicyException {
        try {
            return (ObjectNode) JSON.readTree(content);
        } catch (JacksonException e) {
            throw new PolicyException("it is not JSON: " + e.getOriginalMessage() + ".");
        } catch (ClassCastException e) {
            throw new PolicyException("it is not a JSON object.");
        }
    }

    private static PolicyException unknown(String name) {
        var known = new ArrayList<>(KEYS.keySet());
        known.addAll(List.of("version", "description", SIGNERS_FILE));
        return new PolicyException("'" + name + "' is not a rule" + Suggestion.nearest(name, known)
                .map(near -> "; did you mean '" + near + "'?").orElse(". Rules are: " + String.join(", ", KEYS.keySet()) + "."));
    }

    private static boolean demanded(JsonNode value) throws PolicyException {
        if (!value.isBoolean() || !value.asBoolean()) {
            throw new PolicyException("true, or left out");
        }
        return true;
    }

    private static int number(JsonNode value, int least, int most) throws PolicyException {
        if (!value.isInt() || value.asInt() < least || value.asInt() > most) {
            throw new PolicyException("a whole number from " + least + (most == Integer.MAX_VALUE ? " up" : " to " + most));
        }
        return value.asInt();
    }

    private static List<Integer> numbers(JsonNode value) throws PolicyException {
        var numbers = new ArrayList<Integer>();
        for (JsonNode one : list(value, "port numbers")) {
            numbers.add(number(one, 1, 65_535));
        }
        return numbers;
    }

    private static String text(JsonNode value, String what, String form) throws PolicyException {
        if (!value.isString() || !value.asString().matches(form)) {
            throw new PolicyException(what);
        }
        return value.asString();
    }

    private static List<String> texts(JsonNode value, String what, Predicate<String> form) throws PolicyException {
        var texts = new ArrayList<String>();
        for (JsonNode one : list(value, what)) {
            if (!one.isString() || !form.test(one.asString())) {
                throw new PolicyException("a list, each " + what + ", not " + one);
            }
            texts.add(one.asString());
        }
        return texts;
    }

    private static List<JsonNode> list(JsonNode value, String what) throws PolicyException {
        if (!value.isArray()) {
            throw new PolicyException("a list, each " + what);
        }
        return value.valueStream().toList();
    }

    private static List<SortedMap<Integer, String>> pcrs(JsonNode value) throws PolicyException {
        var sets = new ArrayList<SortedMap<Integer, String>>();
        for (JsonNode one : list(value, "a set of PCRs")) {
            var set = new TreeMap<Integer, String>();
            for (Map.Entry<String, JsonNode> register : one.properties()) {
                if (!register.getKey().matches("pcr([0-9]|[12][0-9]|3[01])") || !PCR.matcher(register.getValue().asString("")).matches()) {
                    throw new PolicyException("a list of sets such as {\"pcr0\": \"<96 hex digits, lower case>\"}, not " + register.getKey());
                }
                set.put(Integer.valueOf(register.getKey().substring(3)), register.getValue().asString());
            }
            if (set.isEmpty()) {
                throw new PolicyException("a list of sets, and an empty set demands nothing");
            }
            sets.add(set);
        }
        return sets;
    }
}
