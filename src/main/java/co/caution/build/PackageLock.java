package co.caution.build;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A base image as a list of Debian packages, each pinned by its SHA-256: {@code name version architecture sha256},
 * one a line, below a first line that says what the file is.
 */
public record PackageLock(List<Entry> entries) {

    public static final String HEADER = "# caution package lock 1";

    public record Entry(String name, String version, String architecture, String sha256) {}

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9+.-]{1,127}");
    private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.+:~-]{0,127}");
    private static final Pattern ARCHITECTURE = Pattern.compile("[a-z0-9][a-z0-9-]{1,31}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final int MAX_ENTRIES = 2000;

    public PackageLock {
        entries = List.copyOf(entries);
    }

    /**
     * @param file what to call it in an error
     */
    static PackageLock parse(String file, String text) throws BuildException {
        String[] lines = text.split("\n", -1);
        if (!lines[0].strip().equals(HEADER)) {
            throw bad(file, 1, "the first line is not `" + HEADER + "`; make the file with `caution packages lock`");
        }
        var entries = new ArrayList<Entry>();
        var names = new HashSet<String>();
        for (int i = 1; i < lines.length; i++) {
            String line = lines[i].strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String[] words = line.split(" +");
            if (words.length != 4
                    || !NAME.matcher(words[0]).matches()
                    || !VERSION.matcher(words[1]).matches()
                    || !ARCHITECTURE.matcher(words[2]).matches()
                    || !SHA256.matcher(words[3]).matches()) {
                throw bad(file, i + 1, "it is not `name version architecture sha256`");
            }
            if (!names.add(words[0] + ":" + words[2])) {
                throw bad(file, i + 1, words[0] + " is listed twice; list it once");
            }
            entries.add(new Entry(words[0], words[1], words[2], words[3]));
            if (entries.size() > MAX_ENTRIES) {
                throw bad(file, i + 1, "there are more than " + MAX_ENTRIES + " packages");
            }
        }
        if (entries.isEmpty()) {
            throw bad(file, lines.length, "no package is listed");
        }
        return new PackageLock(entries);
    }

    private static BuildException bad(String file, int line, String why) {
        return new BuildException(Phase.BASES, file + " line " + line + ": " + why);
    }

    /** Over the packages in their order, not over comments: what the layer is made of. */
    String digest() {
        var lines = new StringBuilder();
        for (Entry e : entries) {
            lines.append(e.name()).append(' ').append(e.version()).append(' ');
            lines.append(e.architecture()).append(' ').append(e.sha256()).append('\n');
        }
        return Sha256.of(lines.toString().getBytes(StandardCharsets.UTF_8));
    }
}
