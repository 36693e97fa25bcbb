package co.caution.build;

import co.caution.packages.Sha256;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * Everything of a flattened image that is measured, a line for each entry and each field of its configuration.
 *
 * @param entries by path, or by the field's name
 */
record Listing(TreeMap<String, String> entries) {

    /** What {@link ImageConfig} reads. */
    private static final List<String> FIELDS = List.of("Cmd", "Entrypoint", "Env", "ExposedPorts", "User", "WorkingDir");

    static Listing of(JsonNode config, RootFs fs) throws IOException {
        var entries = new TreeMap<String, String>();
        for (String field : FIELDS) {
            JsonNode value = config.path(field);
            if (!value.isMissingNode() && !value.isNull() && !(value.isContainer() ? value.isEmpty() : value.asString("").isEmpty())) {
                entries.put(field, value.toString());
            }
        }
        add("/", fs.root, entries, new HashMap<>());
        return new Listing(entries);
    }

    private static void add(String path, RootFs.Node node, Map<String, String> entries, Map<RootFs.File, String> names)
            throws IOException {
        switch (node) {
            case RootFs.Directory directory -> {
                entries.put(path, "directory " + owner(directory.mode, directory.uid, directory.gid));
                for (var child : directory.children.entrySet()) {
                    add((path.equals("/") ? path : path + "/") + child.getKey(), child.getValue(), entries, names);
                }
            }
            case RootFs.Symlink link -> entries.put(path, "link " + link.uid() + ":" + link.gid() + " to " + link.target());
            case RootFs.File file -> {
                String first = names.putIfAbsent(file, path);
                entries.put(path, first == null
                        ? "file " + owner(file.mode(), file.uid(), file.gid()) + " sha256:" + FileLists.sha256(file)
                        : "another name of " + first);
            }
        }
    }

    private static String owner(int mode, int uid, int gid) {
        return Integer.toOctalString(mode) + " " + uid + ":" + gid;
    }

    /** Of lines that {@link #toString} wrote. */
    static Listing parse(String text) {
        var entries = new TreeMap<String, String>();
        text.lines().map(line -> line.split("\t", 2)).forEach(parts -> entries.put(parts[0], parts[1]));
        return new Listing(entries);
    }

    /** The first entry in which the other differs, and how. */
    Optional<String> difference(Listing other) {
        var all = new TreeSet<>(entries.keySet());
        all.addAll(other.entries.keySet());
        for (String path : all) {
            String mine = entries.get(path);
            String its = other.entries.get(path);
            if (mine == null) {
                return Optional.of(path + " is there (" + its + ") and should not be");
            }
            if (!mine.equals(its)) {
                return Optional.of(path + (its == null ? " is missing, which should be " : " is " + its + ", which should be ") + mine);
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        entries.forEach((path, entry) -> text.append(path).append('\t').append(entry).append('\n'));
        return text.toString();
    }
}
