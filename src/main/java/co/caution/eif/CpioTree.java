package co.caution.eif;

import co.caution.eif.CpioEntry.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The entries of an archive, checked against each other, sorted and numbered.
 *
 * <p>The checks keep an archive inside its own tree: the kernel unpacks ramdisks one after the other into one root, and
 * {@code app/x -> /} followed by {@code app/x/init} would replace the first ramdisk's {@code /init} (tried).
 */
final class CpioTree {

    /** Sizes are eight hex digits. */
    static final long MAX_SIZE = 0xffff_ffffL;

    /**
     * An entry as it will be written.
     *
     * @param source what gives mode, owner and data: the entry itself, or the file that a hard link names
     * @param withData whether this is the name that carries the data, the last of its inode
     */
    record Node(byte[] name, CpioEntry source, byte[] target, int inode, int links, boolean withData) {

        long size() {
            return switch (source.type()) {
                case FILE -> withData ? source.content().size() : 0;
                case SYMLINK -> target.length;
                default -> 0;
            };
        }
    }

    private record Named(byte[] bytes, CpioEntry entry) {}

    private CpioTree() {}

    static List<Node> of(@Nullable String prefix, Collection<CpioEntry> entries) throws InvalidCpioException {
        Map<String, CpioEntry> byName = HashMap.newHashMap(entries.size());
        List<Named> sorted = new ArrayList<>(entries.size());
        for (CpioEntry entry : entries) {
            sorted.add(new Named(CpioName.encode(entry.name()), entry));
            requireUnder(prefix, entry);
            CpioEntry other = byName.putIfAbsent(entry.name(), entry);
            if (other != null) {
                throw new InvalidCpioException(entry.name() + ": " + (other.type() == entry.type()
                        ? "two entries have this name"
                        : "changes its type from " + words(other.type()) + " to " + words(entry.type())));
            }
        }
        sorted.sort((a, b) -> Arrays.compareUnsigned(a.bytes, b.bytes));
        return number(sorted, byName);
    }

    private static List<Node> number(List<Named> sorted, Map<String, CpioEntry> byName) throws InvalidCpioException {
        Map<CpioEntry, Integer> links = new HashMap<>();
        Map<CpioEntry, String> lastName = new HashMap<>();
        for (Named named : sorted) {
            CpioEntry entry = named.entry;
            requireDirectoryAbove(entry, byName);
            CpioEntry source = source(entry, byName);
            if (source.type() == Type.FILE) {
                requireSize(source);
                lastName.put(source, entry.name());
            }
            links.merge(source, source.type() == Type.DIRECTORY ? 2 : 1, Integer::sum);
            if (source.type() == Type.DIRECTORY && parent(entry.name()) != null) {
                links.merge(byName.get(parent(entry.name())), 1, Integer::sum);
            }
        }
        Map<CpioEntry, Integer> inodes = new HashMap<>();
        List<Node> nodes = new ArrayList<>(sorted.size());
        for (Named named : sorted) {
            CpioEntry source = source(named.entry, byName);
            Integer inode = inodes.get(source);
            if (inode == null) {
                inode = inodes.size() + 1;
                inodes.put(source, inode);
            }
            byte[] target = source.type() == Type.SYMLINK
                    ? CpioName.encodeTarget(source.name(), source.target())
                    : new byte[0];
            boolean withData = named.entry.name().equals(lastName.get(source));
            nodes.add(new Node(named.bytes, source, target, inode, links.get(source), withData));
        }
        return nodes;
    }

    private static CpioEntry source(CpioEntry entry, Map<String, CpioEntry> byName) throws InvalidCpioException {
        if (entry.type() != Type.HARD_LINK) {
            return entry;
        }
        CpioEntry file = byName.get(entry.target());
        if (file == null || file.type() != Type.FILE) {
            throw new InvalidCpioException(entry.name() + ": links to '" + entry.target() + "', which is "
                    + (file == null ? "not in the archive" : words(file.type())));
        }
        return file;
    }

    private static void requireUnder(@Nullable String prefix, CpioEntry entry) throws InvalidCpioException {
        if (prefix != null && !entry.name().equals(prefix) && !entry.name().startsWith(prefix + "/")) {
            throw new InvalidCpioException(entry.name() + ": lies outside of " + prefix + "/");
        }
        if (prefix != null && entry.name().equals(prefix) && entry.type() != Type.DIRECTORY) {
            throw new InvalidCpioException(prefix + ": is " + words(entry.type()) + ", not a directory");
        }
    }

    private static void requireDirectoryAbove(CpioEntry entry, Map<String, CpioEntry> byName)
            throws InvalidCpioException {
        String parent = parent(entry.name());
        if (parent == null) {
            return;
        }
        CpioEntry above = byName.get(parent);
        if (above == null) {
            throw new InvalidCpioException(entry.name() + ": its directory " + parent + " is not in the archive");
        }
        if (above.type() != Type.DIRECTORY) {
            throw new InvalidCpioException(entry.name() + ": lies below " + parent + ", " + words(above.type()));
        }
    }

    private static void requireSize(CpioEntry file) throws InvalidCpioException {
        long size = file.content().size();
        if (size < 0 || size > MAX_SIZE) {
            throw new InvalidCpioException(file.name() + ": " + size + " bytes; newc holds at most " + MAX_SIZE);
        }
    }

    private static @Nullable String parent(String name) {
        int slash = name.lastIndexOf('/');
        return slash < 0 ? null : name.substring(0, slash);
    }

    private static String words(Type type) {
        return switch (type) {
            case DIRECTORY -> "a directory";
            case FILE -> "a file";
            case SYMLINK -> "a symlink";
            case CHARACTER_DEVICE, BLOCK_DEVICE -> "a device";
            case HARD_LINK -> "a hard link";
        };
    }
}
