package co.caution.packages;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/**
 * The packages of a lock, unpacked over a merged {@code /usr}, as one layer. No script of a package runs. The order is
 * the lock's, times are zero, owners are the packages' numbers: the layer hangs on nothing but the lock.
 */
public final class PackageLayer {

    /** Top directories that are links into /usr; what packages put below them goes to the link's target. */
    private static final Set<String> MERGED = Set.of("bin", "sbin", "lib", "lib32", "lib64", "libx32");

    private static final List<String> LINKS = List.of("bin", "lib", "lib64", "sbin");

    private final TarArchiveOutputStream out;
    /** Type flag by path of what is written. */
    private final Map<String, Byte> written = new HashMap<>();

    private PackageLayer(TarArchiveOutputStream out) {
        this.out = out;
    }

    /**
     * @param files of the packages, in their order
     * @param layer gets the tar archive
     * @throws PackageException naming the package that is none, or two that hold the same file
     */
    public static void write(List<DebianPackage> packages, List<Path> files, Path layer) throws IOException {
        try (var out = new TarArchiveOutputStream(
                new BufferedOutputStream(Files.newOutputStream(layer), 1 << 16), 10_240, "UTF-8")) {
            out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            out.setAddPaxHeadersForNonAsciiNames(true);
            var self = new PackageLayer(out);
            self.base();
            for (int i = 0; i < files.size(); i++) {
                self.add(packages.get(i).name(), files.get(i));
            }
        }
    }

    private void base() throws IOException {
        directory("usr");
        for (String name : LINKS) {
            directory("usr/" + name);
        }
        for (String name : LINKS) {
            var link = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
            link.setLinkName("usr/" + name);
            link.setMode(0777);
            put(link, name, null);
        }
        directory("tmp", 01777);
    }

    private void directory(String name) throws IOException {
        directory(name, 0755);
    }

    private void directory(String name, int mode) throws IOException {
        var entry = new TarArchiveEntry(name + "/", TarConstants.LF_DIR);
        entry.setMode(mode);
        put(entry, name, null);
    }

    private void add(String name, Path deb) throws IOException {
        try (var ar = new ArArchiveInputStream(new BufferedInputStream(Files.newInputStream(deb), 1 << 16))) {
            for (ArArchiveEntry member = ar.getNextEntry(); member != null; member = ar.getNextEntry()) {
                if (member.getName().startsWith("data.tar")) {
                    unpack(name, data(name, member.getName(), ar));
                    return;
                }
            }
        }
        throw bad(name, "it has no data.tar");
    }

    private static InputStream data(String name, String member, InputStream in) throws IOException {
        return switch (member) {
            case "data.tar" -> in;
            case "data.tar.xz" -> new XZInputStream(in, 512 << 10);
            default -> throw bad(name, member + " is compressed in a way that is not read here");
        };
    }

    private void unpack(String name, InputStream data) throws IOException {
        var tar = new TarArchiveInputStream(data, "UTF-8");
        for (TarArchiveEntry from = tar.getNextEntry(); from != null; from = tar.getNextEntry()) {
            String path = merged(path(name, from.getName()));
            if (path.isEmpty() || MERGED.contains(path)) {
                continue;
            }
            byte flag = from.isDirectory()
                    ? TarConstants.LF_DIR
                    : from.isSymbolicLink()
                            ? TarConstants.LF_SYMLINK
                            : from.isLink() ? TarConstants.LF_LINK : TarConstants.LF_NORMAL;
            if (!from.isDirectory() && !from.isSymbolicLink() && !from.isLink() && !from.isFile()) {
                throw bad(name, path + " is neither file, directory nor link");
            }
            Byte before = written.get(path);
            if (before != null) {
                if (before == TarConstants.LF_DIR && flag == TarConstants.LF_DIR) {
                    continue;
                }
                throw bad(name, path + " is in another package of the lock too");
            }
            var to = new TarArchiveEntry(flag == TarConstants.LF_DIR ? path + "/" : path, flag);
            to.setMode(from.getMode() & 07777);
            to.setUserId(from.getLongUserId());
            to.setGroupId(from.getLongGroupId());
            if (flag == TarConstants.LF_SYMLINK) {
                to.setLinkName(from.getLinkName());
            } else if (flag == TarConstants.LF_LINK) {
                to.setLinkName(merged(path(name, from.getLinkName())));
            } else if (flag == TarConstants.LF_NORMAL) {
                to.setSize(from.getSize());
            }
            put(to, path, flag == TarConstants.LF_NORMAL ? tar : null);
        }
    }

    private void put(TarArchiveEntry entry, String path, @Nullable InputStream content)
            throws IOException {
        entry.setModTime(0L);
        entry.setUserName("");
        entry.setGroupName("");
        out.putArchiveEntry(entry);
        if (content != null) {
            content.transferTo(out);
        }
        out.closeArchiveEntry();
        written.put(path, entry.getLinkFlag());
    }

    private static String path(String name, String raw) throws PackageException {
        String path = raw.startsWith("./") ? raw.substring(2) : raw;
        path = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        for (String part : path.split("/", -1)) {
            if (part.equals("..") || part.equals(".") && !path.equals(".") || part.isEmpty() && !path.isEmpty()) {
                throw bad(name, "the path " + raw + " is not plain");
            }
        }
        return path.equals(".") ? "" : path;
    }

    private static String merged(String path) {
        int slash = path.indexOf('/');
        return slash > 0 && MERGED.contains(path.substring(0, slash)) ? "usr/" + path : path;
    }

    private static PackageException bad(String name, String why) {
        return new PackageException("package " + name + " cannot be unpacked: " + why);
    }
}
