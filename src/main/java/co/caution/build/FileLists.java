package co.caution.build;

import co.caution.packages.Sha256;
import co.caution.project.FileList;
import co.caution.project.FileList.Entry;
import co.caution.project.FileList.Type;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Makes the list of a root file system's entries, in the order and with the names that its archive has. */
final class FileLists {

    private FileLists() {}

    static FileList of(RootFs fs) throws IOException {
        var nodes = new TreeMap<String, RootFs.Node>(FileList.BY_BYTES);
        collect("/", fs.root, nodes);
        var firstNames = new HashMap<RootFs.File, Entry>();
        var entries = new ArrayList<Entry>(nodes.size());
        for (var node : nodes.entrySet()) {
            entries.add(entry(node.getKey(), node.getValue(), firstNames));
        }
        return new FileList(entries);
    }

    private static void collect(String path, RootFs.Node node, Map<String, RootFs.Node> nodes) {
        nodes.put(path, node);
        if (node instanceof RootFs.Directory directory) {
            directory.children.forEach((name, child) -> collect((path.equals("/") ? path : path + "/") + name, child, nodes));
        }
    }

    private static Entry entry(String path, RootFs.Node node, Map<RootFs.File, Entry> firstNames) throws IOException {
        return switch (node) {
            case RootFs.Directory d -> new Entry(Type.DIRECTORY, d.mode, d.uid, d.gid, 0, "-", path);
            case RootFs.Symlink l -> new Entry(Type.SYMLINK, 0777, l.uid(), l.gid(),
                    l.target().getBytes(StandardCharsets.UTF_8).length, l.target(), path);
            case RootFs.File file -> {
                Entry first = firstNames.get(file);
                if (first != null) {
                    yield new Entry(Type.HARD_LINK, first.mode(), first.uid(), first.gid(), first.size(), first.path(), path);
                }
                var entry = new Entry(Type.FILE, file.mode(), file.uid(), file.gid(), file.content().size(), sha256(file), path);
                firstNames.put(file, entry);
                yield entry;
            }
        };
    }

    static String sha256(RootFs.File file) throws IOException {
        try (InputStream in = file.content().open()) {
            return Sha256.of(in);
        }
    }
}
