package co.caution.explain;

import co.caution.eif.Eif;
import co.caution.eif.EifDiff;
import co.caution.eif.EifDiff.Change;
import co.caution.eif.EifDiff.Entry;
import co.caution.eif.EifDiff.Part;
import co.caution.eif.RamdiskFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Two images at hand: everything about their differences can be seen. */
public final class ImageComparison {

    static final String ROOT = "app/rootfs";
    static final String MANIFEST = "app/manifest.json";

    private final Eif first;
    private final Eif second;
    private final Hints hints;
    private final List<Change> configuration = new ArrayList<>();
    private final List<FileDifference> files = new ArrayList<>();
    private final List<FileDifference> system = new ArrayList<>();
    private long more;

    private ImageComparison(Eif first, Eif second, Hints hints) {
        this.first = first;
        this.second = second;
        this.hints = hints;
    }

    /**
     * @param ofFirst what is known about how the first was built
     * @param ofSecond and the second
     */
    public static Explanation compare(Eif first, Eif second, Conditions ofFirst, Conditions ofSecond) throws IOException {
        return new ImageComparison(first, second, new Hints(ofFirst, ofSecond)).compare();
    }

    private Explanation compare() throws IOException {
        for (Part part : EifDiff.of(first, second, (_, _) -> {}).parts()) {
            switch (part.name()) {
                case "header", "metadata", "signature" -> {
                    // In no register that is compared.
                }
                case "ramdisk1" -> app(part);
                case "kernel", "cmdline", "ramdisk0" -> system(part);
                default -> whole(part, files);
            }
        }
        return new Explanation(configuration, files, more, system);
    }

    private void system(Part part) {
        if (part.entries().isEmpty()) {
            whole(part, system);
        }
        for (Entry entry : part.entries()) {
            system.add(new FileDifference(part.name() + ": " + entry.path(), entry.kind(), entry.changes(), entry.data(), null));
        }
    }

    private static void whole(Part part, List<FileDifference> to) {
        String kind = part.sizeA() == null ? "added" : part.sizeB() == null ? "removed" : "changed";
        to.add(new FileDifference(part.name(), kind, part.changes(), part.data(), null));
    }

    private void app(Part part) throws IOException {
        if (part.entries().isEmpty()) {
            whole(part, files);
            return;
        }
        Set<String> names = new HashSet<>(Set.of(MANIFEST));
        part.entries().stream().limit(Explanation.MAX_FILES).forEach(entry -> names.add(entry.path()));
        more = part.moreEntries();
        try (RamdiskFiles one = RamdiskFiles.open(first, 1, names); RamdiskFiles two = RamdiskFiles.open(second, 1, names)) {
            for (Entry entry : part.entries()) {
                if (entry.path().equals(MANIFEST)) {
                    configuration.addAll(Configurations.compare(content(one, MANIFEST), content(two, MANIFEST)));
                } else if (files.size() == Explanation.MAX_FILES) {
                    more++;
                } else {
                    files.add(difference(entry, one, two));
                }
            }
        }
    }

    private static byte[] content(RamdiskFiles files, String name) throws IOException {
        byte[] content = files.read(name, Hints.MAX_BYTES);
        return content == null ? new byte[0] : content;
    }

    private FileDifference difference(Entry entry, RamdiskFiles one, RamdiskFiles two) throws IOException {
        Optional<Hint> hint = Hints.of(entry.changes());
        if (entry.data() != null) {
            byte[] a = one.read(entry.path(), Hints.MAX_BYTES);
            byte[] b = two.read(entry.path(), Hints.MAX_BYTES);
            if (a != null && b != null) {
                hint = hints.of(path(entry.path()), a, b).or(() -> Hints.of(entry.changes()));
            }
        }
        return new FileDifference(path(entry.path()), entry.kind(), entry.changes(), entry.data(), hint.orElse(null));
    }

    /** As the app sees it; what lies beside its root file system keeps the name of the ramdisk. */
    private static String path(String name) {
        if (name.equals(ROOT)) {
            return "/";
        }
        return name.startsWith(ROOT + "/") ? name.substring(ROOT.length()) : "ramdisk1: " + name;
    }
}
