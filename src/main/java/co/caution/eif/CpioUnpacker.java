package co.caution.eif;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes the tree of an archive that nobody vouches for, inside a directory of our own: nothing is written through a
 * symlink, no name climbs, nothing that is there is replaced, and devices are not made. Files belong to whoever unpacks
 * them; set-uid, set-gid and sticky bits are dropped, and a directory stays open to its owner.
 */
final class CpioUnpacker {

    private static final PosixFilePermission[] PERMISSIONS = PosixFilePermission.values();

    /** A newc archive is finite, but its list of what was left out need not be read to its end. */
    private static final int MAX_LEFT_OUT = 100;

    private final Path root;
    private final List<String> leftOut;
    private final Map<Inode, Path> linked = new HashMap<>();

    private record Inode(long device, long number) {}

    CpioUnpacker(Path root, List<String> leftOut) {
        this.root = root;
        this.leftOut = leftOut;
    }

    void unpack(CpioReader archive) throws IOException {
        for (CpioReader.Entry entry; (entry = archive.next()) != null; ) {
            try {
                unpack(archive, entry);
            } catch (FileAlreadyExistsException e) {
                throw new InvalidCpioException(entry.offset(), entry.name() + ": two entries have this name");
            } catch (InvalidPathException e) {
                throw new InvalidCpioException(entry.offset(), entry.name() + ": cannot be a file's name here");
            }
        }
    }

    private void unpack(CpioReader archive, CpioReader.Entry entry) throws IOException {
        Path path = path(entry);
        switch (entry.type()) {
            case CpioReader.Entry.DIRECTORY -> {
                directory(entry, path);
                permit(path, entry.mode() | 0700);
            }
            case CpioReader.Entry.FILE -> {
                Path same = entry.links() > 1 ? linked.putIfAbsent(new Inode(entry.device(), entry.inode()), path) : null;
                if (same != null) {
                    Files.createLink(path, same);
                }
                // Of a file with several names, the data comes with one of them.
                if (same == null || entry.size() > 0) {
                    try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS,
                            same == null ? StandardOpenOption.CREATE_NEW : StandardOpenOption.TRUNCATE_EXISTING)) {
                        archive.data().transferTo(out);
                    }
                }
                permit(path, entry.mode() | 0600);
            }
            case CpioReader.Entry.SYMLINK -> Files.createSymbolicLink(path, Path.of(entry.target()));
            default -> {
                if (leftOut.size() < MAX_LEFT_OUT) {
                    leftOut.add(root.getFileName() + "/" + entry.name() + ": not a file, a directory or a symlink");
                }
            }
        }
    }

    /** Where an entry goes. Names of others begin with {@code ./} or {@code /}; the kernel unpacks them all below its root. */
    private Path path(CpioReader.Entry entry) throws IOException {
        Path path = root;
        for (String component : entry.name().split("/")) {
            if (component.equals("..")) {
                throw new InvalidCpioException(entry.offset(), entry.name() + ": climbs out of its directory");
            }
            if (!component.isEmpty() && !component.equals(".")) {
                directory(entry, path);
                path = path.resolve(component);
            }
        }
        return path;
    }

    private static void directory(CpioReader.Entry entry, Path path) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new InvalidCpioException(entry.offset(), entry.name() + ": lies below or replaces what is not a directory");
            }
            Files.createDirectory(path);
        }
    }

    private static void permit(Path path, int mode) throws IOException {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (int bit = 0; bit < PERMISSIONS.length; bit++) {
            if ((mode & 0400 >> bit) != 0) {
                permissions.add(PERMISSIONS[bit]);
            }
        }
        Files.setPosixFilePermissions(path, permissions);
    }
}
