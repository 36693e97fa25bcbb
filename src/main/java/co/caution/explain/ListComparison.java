package co.caution.explain;

import co.caution.eif.Eif;
import co.caution.eif.EifDiff.Change;
import co.caution.eif.RamdiskFiles;
import co.caution.project.FileList;
import co.caution.project.FileList.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The lists of two images' files, with the contents of the second alone. */
public final class ListComparison {

    /** Size and content of a hard link are those of its first name, which is compared itself. */
    private static final List<String> ATTRIBUTES = List.of("type", "mode", "owner", "size", "target", "sha256");

    private ListComparison() {}

    /**
     * @param files the first image's list; empty where it is not at hand: then only the configuration is compared
     * @param image the second
     */
    public static Explanation compare(
            byte[] firstManifest, byte[] secondManifest, Optional<FileList> files, FileList ours, Eif image, Conditions conditions)
            throws IOException {
        List<Change> configuration = Configurations.compare(firstManifest, secondManifest);
        if (files.isEmpty()) {
            return new Explanation(configuration, List.of(), 0, List.of());
        }
        List<FileDifference> all = compare(files.get(), ours);
        List<FileDifference> shown = hinted(all.subList(0, Math.min(all.size(), Explanation.MAX_FILES)), image, conditions);
        return new Explanation(configuration, shown, all.size() - shown.size(), List.of());
    }

    static List<FileDifference> compare(FileList first, FileList second) {
        Map<String, Entry> one = byPath(first);
        Map<String, Entry> two = byPath(second);
        var paths = new TreeSet<>(FileList.BY_BYTES);
        paths.addAll(one.keySet());
        paths.addAll(two.keySet());
        var differences = new ArrayList<FileDifference>();
        for (String path : paths) {
            Entry a = one.get(path);
            Entry b = two.get(path);
            if (!Objects.equals(a, b)) {
                differences.add(new FileDifference(path, a == null ? "added" : b == null ? "removed" : "changed", changes(a, b), null, null));
            }
        }
        return differences;
    }

    private static Map<String, Entry> byPath(FileList list) {
        var entries = new TreeMap<String, Entry>(FileList.BY_BYTES);
        list.entries().forEach(entry -> entries.put(entry.path(), entry));
        return entries;
    }

    private static List<Change> changes(@Nullable Entry a, @Nullable Entry b) {
        Map<String, String> one = attributes(a);
        Map<String, String> two = attributes(b);
        return ATTRIBUTES.stream()
                .filter(what -> !Objects.equals(one.get(what), two.get(what)))
                .map(what -> new Change(what, one.get(what), two.get(what)))
                .toList();
    }

    private static Map<String, String> attributes(@Nullable Entry entry) {
        if (entry == null) {
            return Map.of();
        }
        var values = new TreeMap<String, String>();
        values.put("type", entry.type().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        values.put("mode", Integer.toOctalString(entry.mode()));
        values.put("owner", entry.uid() + ":" + entry.gid());
        switch (entry.type()) {
            case DIRECTORY -> {}
            case FILE -> {
                values.put("size", "" + entry.size());
                values.put("sha256", entry.content());
            }
            case SYMLINK, HARD_LINK -> values.put("target", entry.content());
        }
        return values;
    }

    private static List<FileDifference> hinted(List<FileDifference> differences, Eif image, Conditions conditions) throws IOException {
        var names = new HashSet<String>();
        differences.forEach(difference -> names.add(ImageComparison.ROOT + difference.path()));
        var hints = new Hints(Conditions.UNKNOWN, conditions);
        var hinted = new ArrayList<FileDifference>();
        try (RamdiskFiles files = RamdiskFiles.open(image, 1, names)) {
            for (FileDifference difference : differences) {
                boolean content = difference.kind().equals("changed")
                        && difference.changes().stream().anyMatch(change -> change.what().equals("sha256"));
                byte[] ours = content ? files.read(ImageComparison.ROOT + difference.path(), Hints.MAX_BYTES) : null;
                Optional<Hint> hint = ours == null ? Optional.empty() : hints.of(difference.path(), null, ours);
                hinted.add(new FileDifference(difference.path(), difference.kind(), difference.changes(), null,
                        hint.or(() -> Hints.of(difference.changes())).orElse(null)));
            }
        }
        return hinted;
    }
}
