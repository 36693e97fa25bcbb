package co.caution.project;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One pass over the lines of a Procfile. */
final class ProcfileReader {

    private static final int MAX_LINES = 1000;
    private static final int MAX_LINE = 8192;

    static final List<String> KEYS = List.of(
            "build", "run", "oci-tarball", "source", "cpus", "memory_mb", "metadata", "ports", "env", "egress",
            "build_network", "report_stderr", "files");

    private static final Map<String, String> KNOWN_ELSEWHERE = Map.of(
            "memory", "memory_mb", "cpu", "cpus", "http_port", "ports", "port", "ports",
            "containerfile", "build", "dockerfile", "build", "app_sources", "source", "web", "run");

    private final String text;
    private final Map<String, Integer> seen = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private @Nullable BuildCommand build;
    private List<String> run = List.of();
    private @Nullable String ociTarball;
    private @Nullable String source;
    private int cpus = 2;
    private @Nullable Integer memoryMb;
    private @Nullable String metadata;
    private List<Integer> ports = List.of();
    private final List<String> env = new ArrayList<>();
    private List<String> egress = List.of();
    private boolean buildNetwork;
    private boolean reportStderr;
    private boolean filesPrivate;

    ProcfileReader(String text) {
        this.text = text;
    }

    Procfile read() throws ProcfileException {
        if (text.length() > Procfile.MAX_BYTES) {
            throw new ProcfileException(1, 1, "it is larger than 64 KiB; keep it to the keys that are needed");
        }
        String[] lines = text.split("\n", -1);
        if (lines.length > MAX_LINES) {
            throw new ProcfileException(MAX_LINES + 1, 1, "it has more than " + MAX_LINES + " lines");
        }
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].endsWith("\r") ? lines[i].substring(0, lines[i].length() - 1) : lines[i];
            line(i + 1, line);
        }
        if (build == null && ociTarball == null) {
            build = BuildCommand.DEFAULT;
        }
        return new Procfile(
                build, run, ociTarball, source, cpus, memoryMb, metadata, ports, env, egress, buildNetwork,
                reportStderr, filesPrivate);
    }

    private void line(int number, String line) throws ProcfileException {
        if (line.length() > MAX_LINE) {
            throw new ProcfileException(number, MAX_LINE + 1, "the line is longer than " + MAX_LINE + " characters");
        }
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (Character.isISOControl(c) && c != '\t' || Character.isSurrogate(c) && !paired(line, i)) {
                throw new ProcfileException(
                        number, i + 1, "the character U+%04X is not text; remove it".formatted((int) c));
            }
        }
        int start = skipBlanks(line, 0);
        if (start == line.length() || line.charAt(start) == '#') {
            return;
        }
        int colon = line.indexOf(':', start);
        if (colon < 0) {
            throw new ProcfileException(number, start + 1, "there is no colon; write `key: value`");
        }
        String key = line.substring(start, colon).stripTrailing();
        if (!KEYS.contains(key)) {
            throw new ProcfileException(number, start + 1, unknown(key));
        }
        Integer before = seen.putIfAbsent(key, number);
        if (before != null && !key.equals("env")) {
            throw new ProcfileException(
                    number, start + 1, "`" + key + "` is already given in line " + before + "; keep one of them");
        }
        int at = skipBlanks(line, colon + 1);
        String value = line.substring(at).stripTrailing();
        if (value.isEmpty()) {
            throw new ProcfileException(
                    number, start + 1, "`" + key + "` has no value; write one, or leave the line out");
        }
        try {
            set(key, value);
        } catch (SyntaxException e) {
            throw new ProcfileException(number, at + e.at() + 1, e.getMessage());
        }
    }

    private void set(String key, String value) throws SyntaxException {
        switch (key) {
            case "build" -> build = BuildCommand.parse(value);
            case "run" -> run = Values.command(value);
            case "oci-tarball" -> ociTarball = Values.file(value);
            case "source" -> source = Values.url(value);
            case "cpus" -> cpus = Values.number(value, "cpus", 1, 128);
            case "memory_mb" -> memoryMb = Values.number(value, "memory_mb", 64, 4_194_304);
            case "metadata" -> metadata = Values.text(value);
            case "ports" -> ports = Values.ports(value);
            case "env" -> env.add(Values.variable(value, names));
            case "egress" -> egress = Values.egress(value);
            case "build_network" -> buildNetwork = Values.onOff(value, key);
            case "report_stderr" -> reportStderr = Values.onOff(value, key);
            case "files" -> filesPrivate = Values.either(value, key, "private", "public");
            default -> throw new IllegalStateException(key);
        }
    }

    private static boolean paired(String line, int i) {
        char c = line.charAt(i);
        return Character.isHighSurrogate(c)
                ? i + 1 < line.length() && Character.isLowSurrogate(line.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(line.charAt(i - 1));
    }

    private static int skipBlanks(String line, int at) {
        while (at < line.length() && (line.charAt(at) == ' ' || line.charAt(at) == '\t')) {
            at++;
        }
        return at;
    }

    private static String unknown(String key) {
        String shown = key.length() > 40 ? key.substring(0, 40) + "…" : key;
        String near = KNOWN_ELSEWHERE.get(key.toLowerCase(Locale.ROOT));
        if (near == null) {
            near = Suggestion.nearest(key, KEYS).orElse(null);
        }
        if (near != null) {
            return "`" + shown + "` is not a key; did you mean `" + near + "`?";
        }
        return "`" + shown + "` is not a key; the keys are " + String.join(", ", KEYS);
    }
}
