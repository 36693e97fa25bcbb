package co.caution.project;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The manifest's bytes. Written by hand: a library's next version must not move a measurement. */
final class ManifestJson {

    private static final int MAX_BYTES = 1 << 20;
    private static final Set<String> KEYS = Set.of(
            "manifest", "pipeline", "tree", "builder", "bases", "files", "argv", "env", "workdir", "user", "ports", "egress",
            "cpus", "memory_mb", "stderr", "metadata");

    private ManifestJson() {}

    static byte[] write(Manifest m) {
        var out = new StringBuilder("{\"manifest\":").append(Manifest.VERSION);
        out.append(",\"pipeline\":").append(m.pipeline());
        out.append(",\"tree\":").append(quoted(m.tree()));
        out.append(",\"builder\":").append(quoted(m.builder()));
        out.append(",\"bases\":").append(array(m.bases(), ManifestJson::quoted));
        out.append(",\"files\":").append(quoted(m.files()));
        out.append(",\"argv\":").append(array(m.argv(), ManifestJson::quoted));
        out.append(",\"env\":").append(array(m.env(), ManifestJson::quoted));
        out.append(",\"workdir\":").append(quoted(m.workdir()));
        out.append(",\"user\":{\"uid\":").append(m.user().uid());
        out.append(",\"gid\":").append(m.user().gid());
        out.append(",\"groups\":").append(array(m.user().groups(), String::valueOf)).append('}');
        out.append(",\"ports\":").append(array(m.ports(), String::valueOf));
        out.append(",\"egress\":").append(array(m.egress(), ManifestJson::quoted));
        out.append(",\"cpus\":").append(m.cpus());
        out.append(",\"memory_mb\":").append(m.memoryMb());
        out.append(",\"stderr\":").append(m.stderr());
        String metadata = m.metadata();
        if (metadata != null) {
            out.append(",\"metadata\":").append(quoted(metadata));
        }
        return out.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static <T> String array(List<T> items, Function<T, String> json) {
        return items.stream().map(json).collect(Collectors.joining(",", "[", "]"));
    }

    /** RFC 8259, section 7, with the fewest escapes that it allows. */
    private static String quoted(String text) {
        var out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append("\\u%04x".formatted((int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    static Manifest read(byte[] json) throws ManifestException {
        if (json.length > MAX_BYTES) {
            throw new ManifestException("the manifest is larger than 1 MiB");
        }
        Manifest manifest;
        try {
            JsonNode node = JsonMapper.shared().readTree(json);
            manifest = read(node);
        } catch (JacksonException e) {
            throw new ManifestException("the manifest is not JSON: " + e.getOriginalMessage());
        }
        // Whatever a parser may forgive (duplicate keys, other order, blanks, text after the end) ends here.
        if (!Arrays.equals(write(manifest), json)) {
            throw new ManifestException("the manifest is not in its one form (order, blanks, escapes, duplicates)");
        }
        return manifest;
    }

    private static Manifest read(JsonNode node) throws ManifestException {
        if (!node.isObject()) {
            throw new ManifestException("the manifest is not a JSON object");
        }
        long version = number(node, "manifest");
        if (version != Manifest.VERSION) {
            throw new ManifestException("manifest version " + version + " is not known; this program reads version "
                    + Manifest.VERSION);
        }
        var unknown = new TreeSet<>(node.propertyNames());
        unknown.removeAll(KEYS);
        if (!unknown.isEmpty()) {
            throw new ManifestException("the manifest has a field that is not known: " + unknown.first());
        }
        JsonNode user = at(node, "user");
        return new Manifest(
                small(node, "pipeline"),
                text(node, "tree"),
                text(node, "builder"),
                texts(node, "bases"),
                text(node, "files"),
                texts(node, "argv"),
                texts(node, "env"),
                text(node, "workdir"),
                new Manifest.User(number(user, "uid"), number(user, "gid"), numbers(user, "groups")),
                ports(node),
                texts(node, "egress"),
                small(node, "cpus"),
                small(node, "memory_mb"),
                flag(node, "stderr"),
                node.has("metadata") ? text(node, "metadata") : null);
    }

    private static JsonNode at(JsonNode node, String key) throws ManifestException {
        JsonNode value = node.get(key);
        if (value == null) {
            throw new ManifestException("the manifest lacks " + key);
        }
        return value;
    }

    private static String text(JsonNode node, String key) throws ManifestException {
        return string(at(node, key), key);
    }

    private static String string(JsonNode value, String key) throws ManifestException {
        if (!value.isString()) {
            throw new ManifestException("the manifest's " + key + " is not text");
        }
        return value.stringValue();
    }

    private static long number(JsonNode node, String key) throws ManifestException {
        return integer(at(node, key), key);
    }

    private static long integer(JsonNode value, String key) throws ManifestException {
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0
                || value.longValue() > 0xffff_ffffL) {
            throw new ManifestException("the manifest's " + key + " is not a number that fits");
        }
        return value.longValue();
    }

    private static int small(JsonNode node, String key) throws ManifestException {
        return smaller(number(node, key), key);
    }

    private static int smaller(long number, String key) throws ManifestException {
        if (number > Integer.MAX_VALUE) {
            throw new ManifestException("the manifest's " + key + " is not a number that fits");
        }
        return (int) number;
    }

    private static List<Integer> ports(JsonNode node) throws ManifestException {
        var ports = new ArrayList<Integer>();
        for (long port : numbers(node, "ports")) {
            ports.add(smaller(port, "ports"));
        }
        return ports;
    }

    private static boolean flag(JsonNode node, String key) throws ManifestException {
        JsonNode value = at(node, key);
        if (!value.isBoolean()) {
            throw new ManifestException("the manifest's " + key + " is neither true nor false");
        }
        return value.booleanValue();
    }

    private static List<String> texts(JsonNode node, String key) throws ManifestException {
        var items = new ArrayList<String>();
        for (JsonNode item : array(node, key)) {
            items.add(string(item, key));
        }
        return items;
    }

    private static List<Long> numbers(JsonNode node, String key) throws ManifestException {
        var items = new ArrayList<Long>();
        for (JsonNode item : array(node, key)) {
            items.add(integer(item, key));
        }
        return items;
    }

    private static JsonNode array(JsonNode node, String key) throws ManifestException {
        JsonNode value = at(node, key);
        if (!value.isArray()) {
            throw new ManifestException("the manifest's " + key + " is not a list");
        }
        return value;
    }
}
