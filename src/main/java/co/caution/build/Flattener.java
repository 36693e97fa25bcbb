package co.caution.build;

import co.caution.build.RootFs.Directory;
import co.caution.build.RootFs.File;
import co.caution.build.RootFs.Node;
import co.caution.build.RootFs.Symlink;
import co.caution.eif.CpioEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.io.input.BoundedInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Lays an image's layers over each other. Source: OCI image-spec 1.0, layer. What an archive of the kernel's own form
 * cannot carry is dropped and named; what cannot be meant is refused.
 */
final class Flattener {

    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final int MAX_ENTRIES = 500_000;

    /** The agent's at run time, and left behind by any RUN. */
    private static final List<String> AGENTS_FILES = List.of("hosts", "hostname", "resolv.conf");
    private static final List<String> AGENTS_DIRECTORIES = List.of("dev", "proc", "sys", "run");

    private final RootFs fs = new RootFs();
    private final BuildLog log;
    private final Set<String> dropped = new TreeSet<>();
    private int entries;

    private Flattener(BuildLog log) {
        this.log = log;
    }

    /**
     * @param layers plain tar files, lowest first; they must stay where they are as long as the result is used
     */
    static RootFs flatten(List<Path> layers, BuildLog log) throws BuildException {
        var flattener = new Flattener(log);
        for (Path layer : layers) {
            flattener.layer(layer);
        }
        flattener.leaveToAgent();
        flattener.dropped.forEach(log::detail);
        return flattener.fs;
    }

    private void layer(Path layer) throws BuildException {
        try {
            List<LayerEntry> all = LayerEntry.read(layer);
            entries += all.size();
            if (entries > MAX_ENTRIES) {
                throw new BuildException(Phase.FLATTEN, "the image has more than " + MAX_ENTRIES + " files");
            }
            // White-outs speak of the layers below, wherever in this one they stand.
            for (LayerEntry entry : all) {
                whiteout(entry);
            }
            for (LayerEntry entry : all) {
                if (!entry.baseName().startsWith(WHITEOUT)) {
                    add(layer, entry);
                }
            }
        } catch (IOException | RuntimeException e) {
            // The reader of archives has many ways to say that one is damaged.
            throw new BuildException(
                    Phase.FLATTEN,
                    "a layer of the image is not a sound archive: " + Text.printable(String.valueOf(e.getMessage())),
                    e);
        }
    }

    private void whiteout(LayerEntry entry) throws BuildException {
        String name = entry.baseName();
        if (!name.startsWith(WHITEOUT)) {
            return;
        }
        List<String> parts = parts(entry.name());
        Directory parent = below(parts.subList(0, parts.size() - 1));
        if (parent == null) {
            return;
        }
        if (name.equals(OPAQUE)) {
            parent.children.clear();
        } else {
            parent.children.remove(name.substring(WHITEOUT.length()));
        }
    }

    private void add(Path layer, LayerEntry named) throws BuildException {
        TarArchiveEntry entry = named.entry();
        List<String> parts = parts(named.name());
        String shown = "/" + String.join("/", parts);
        extended(entry, shown);
        if (parts.isEmpty()) {
            if (entry.isDirectory()) {
                own(fs.root, entry);
            }
            return;
        }
        if (entry.isCharacterDevice() || entry.isBlockDevice() || entry.isFIFO()) {
            dropped.add("dropped " + shown + ": a device node or pipe; the agent gives the application its devices");
            return;
        }
        Directory parent = parent(parts.subList(0, parts.size() - 1));
        String name = parts.getLast();
        Node before = parent.children.get(name);
        if (entry.isDirectory()) {
            Directory directory = before instanceof Directory same ? same : new Directory();
            own(directory, entry);
            parent.children.put(name, directory);
        } else if (entry.isSymbolicLink()) {
            String target = named.link();
            if (target.isEmpty()) {
                throw bad(shown + " is a symbolic link to nothing");
            }
            parent.children.put(name, new Symlink(target, id(entry.getLongUserId()), id(entry.getLongGroupId())));
        } else if (entry.isLink()) {
            parent.children.put(name, linked(shown, named.link()));
        } else if (entry.isSparse() || !entry.isFile()) {
            throw bad(shown + " is of a kind that is not read here");
        } else {
            parent.children.put(name, file(layer, entry));
        }
    }

    private Node linked(String shown, String to) throws BuildException {
        List<String> parts = parts(to);
        Directory parent = parts.isEmpty() ? null : below(parts.subList(0, parts.size() - 1));
        Node target = parent == null ? null : parent.children.get(parts.getLast());
        if (target == null || target instanceof Directory) {
            throw bad(shown + " is a hard link to " + Text.printable(to) + ", which is no file");
        }
        return target;
    }

    private static File file(Path layer, TarArchiveEntry entry) throws BuildException {
        long size = entry.getSize();
        long offset = entry.getDataOffset();
        var content = new CpioEntry.Content() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public InputStream open() throws IOException {
                FileChannel channel = FileChannel.open(layer, StandardOpenOption.READ).position(offset);
                return BoundedInputStream.builder()
                        .setInputStream(Channels.newInputStream(channel))
                        .setMaxCount(size)
                        .get();
            }
        };
        return new File(entry.getMode() & 07777, id(entry.getLongUserId()), id(entry.getLongGroupId()), content);
    }

    private static void own(Directory directory, TarArchiveEntry entry) throws BuildException {
        directory.mode = entry.getMode() & 07777;
        directory.uid = id(entry.getLongUserId());
        directory.gid = id(entry.getLongGroupId());
    }

    /** File capabilities among them, so a program may find itself with less than it asked for: say so. */
    private void extended(TarArchiveEntry entry, String shown) {
        for (String key : entry.getExtraPaxHeaders().keySet()) {
            if (key.startsWith("SCHILY.xattr.")) {
                dropped.add("dropped " + Text.printable(key.substring("SCHILY.xattr.".length())) + " of " + shown
                        + ": extended attributes are not carried");
            }
        }
    }

    /** The directory that a path leads to, or null; links are followed inside the root. */
    private @Nullable Directory below(List<String> parts) {
        return fs.find(String.join("/", parts)) instanceof Directory directory ? directory : null;
    }

    /** As {@link #below}, and makes what is missing: a layer need not name every directory. */
    private Directory parent(List<String> parts) throws BuildException {
        Directory known = below(parts);
        if (known != null) {
            return known;
        }
        Directory at = fs.root;
        for (int i = 0; i < parts.size(); i++) {
            Directory next = below(parts.subList(0, i + 1));
            if (next == null) {
                if (at.children.get(parts.get(i)) != null) {
                    throw bad("/" + String.join("/", parts.subList(0, i + 1)) + " is not a directory, yet has files");
                }
                next = new Directory();
                at.children.put(parts.get(i), next);
            }
            at = next;
        }
        return at;
    }

    private void leaveToAgent() {
        if (fs.root.children.get("etc") instanceof Directory etc) {
            for (String name : AGENTS_FILES) {
                if (etc.children.remove(name) != null) {
                    log.detail("left out /etc/" + name + ": the agent writes it");
                }
            }
        }
        for (String name : AGENTS_DIRECTORIES) {
            if (fs.root.children.get(name) instanceof Directory directory && !directory.children.isEmpty()) {
                log.detail("left out what /" + name + " holds: the agent fills it");
                directory.children.clear();
            }
        }
    }

    private static List<String> parts(String path) throws BuildException {
        List<String> parts = RootFs.parts(path);
        if (parts.contains("..")) {
            throw bad("the name " + Text.printable(path) + " leaves its root");
        }
        return parts;
    }

    private static int id(long id) throws BuildException {
        if (id < 0 || id > Integer.MAX_VALUE) {
            throw bad("the owner " + id + " is not a number that fits");
        }
        return (int) id;
    }

    private static BuildException bad(String why) {
        return new BuildException(Phase.FLATTEN, "the image cannot be flattened: " + why);
    }
}
