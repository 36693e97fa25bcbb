package co.caution.build;

import co.caution.eif.CpioEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A root file system as the layers of an image make it, in memory; the data of files stays where it is. */
final class RootFs {

    private static final int MAX_LINKS = 40;

    /** What a name means; several names of one file share one node. */
    sealed interface Node {}

    static final class Directory implements Node {
        final TreeMap<String, Node> children = new TreeMap<>();
        int mode = 0755;
        int uid;
        int gid;
    }

    record File(int mode, int uid, int gid, CpioEntry.Content content) implements Node {

        /** Identity: two files with the same content are still two. */
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    record Symlink(String target, int uid, int gid) implements Node {}

    final Directory root = new Directory();

    /** Splits a path; empty, {@code .} and leading slashes vanish, {@code ..} is kept. */
    static List<String> parts(String path) {
        var parts = new ArrayList<String>();
        for (String part : path.split("/")) {
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return parts;
    }

    /**
     * What a process with this root would find there, links followed inside the root; null if nothing.
     *
     * @param path taken from the root
     */
    @Nullable Node find(String path) {
        Deque<String> left = new ArrayDeque<>(parts(path));
        Deque<Directory> above = new ArrayDeque<>();
        above.push(root);
        int links = 0;
        while (!left.isEmpty()) {
            String part = left.pop();
            if (part.equals("..")) {
                if (above.size() > 1) {
                    above.pop();
                }
                continue;
            }
            Node node = above.element().children.get(part);
            switch (node) {
                case null -> {
                    return null;
                }
                case Directory directory -> above.push(directory);
                case File file -> {
                    return left.isEmpty() ? file : null;
                }
                case Symlink link -> {
                    if (++links > MAX_LINKS) {
                        return null;
                    }
                    if (link.target().startsWith("/")) {
                        while (above.size() > 1) {
                            above.pop();
                        }
                    }
                    parts(link.target()).reversed().forEach(left::push);
                }
            }
        }
        return above.element();
    }
}
