package co.caution.packages;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * A base image as a list of Debian packages, each pinned by its SHA-256: {@code name version architecture sha256},
 * one a line, below a first line that says what the file is.
 */
public record PackageLock(List<DebianPackage> entries) {

    public static final String HEADER = "# caution package lock 1";

    private static final int MAX_ENTRIES = 2000;

    public PackageLock {
        entries = List.copyOf(entries);
    }

    /**
     * @param file what to call it in an error
     * @throws PackageException naming the line that is not as it should be
     */
    public static PackageLock parse(String file, String text) throws PackageException {
        String[] lines = text.split("\n", -1);
        if (!lines[0].strip().equals(HEADER)) {
            throw bad(file, 1, "the first line is not `" + HEADER + "`; make the file with `caution packages lock`");
        }
        var entries = new ArrayList<DebianPackage>();
        var names = new HashSet<String>();
        for (int i = 1; i < lines.length; i++) {
            String line = lines[i].strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            DebianPackage entry;
            try {
                entry = DebianPackage.parse(line);
            } catch (PackageException e) {
                throw bad(file, i + 1, e.getMessage());
            }
            if (!names.add(entry.name() + ":" + entry.architecture())) {
                throw bad(file, i + 1, entry.name() + " is listed twice; list it once");
            }
            entries.add(entry);
            if (entries.size() > MAX_ENTRIES) {
                throw bad(file, i + 1, "there are more than " + MAX_ENTRIES + " packages");
            }
        }
        if (entries.isEmpty()) {
            throw bad(file, lines.length, "no package is listed");
        }
        return new PackageLock(entries);
    }

    private static PackageException bad(String file, int line, String why) {
        return new PackageException(file + " line " + line + ": " + why);
    }

    /**
     * The file's text.
     *
     * @param comment one line that says what was asked for
     */
    public String format(String comment) {
        var text = new StringBuilder(HEADER).append("\n# ").append(comment);
        text.append("\n# name version architecture sha256\n");
        entries.forEach(entry -> text.append(entry.format()).append('\n'));
        return text.toString();
    }

    /** Over the packages in their order, not over comments: what the layer is made of. */
    public String digest() {
        var lines = new StringBuilder();
        entries.forEach(entry -> lines.append(entry.format()).append('\n'));
        return Sha256.of(lines.toString().getBytes(StandardCharsets.UTF_8));
    }
}
