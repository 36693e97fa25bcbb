package co.caution.verify;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.tukaani.xz.XZInputStream;

/**
 * A tar archive as the git tree that {@code git archive} made it from: names, contents, links and which files may be
 * executed. That is all that a tree has, so that the tree's id says whether anything is missing. Nothing is written to the
 * disk under a name of the archive's.
 */
final class TarTree {

    private static final int MOST_FILES = 10_000;
    private static final long MOST_BYTES = 1L << 30;
    private static final int BLOCK = 512;
    private static final int XZ_KIBIBYTES = 128 << 10;
    private static final int EXECUTABLE = 0100;
    /** Type flags of files (POSIX, and before it); the library calls devices files, too. */
    private static final String FILE = "0\0";

    private final ObjectInserter objects;
    private final DirCacheBuilder entries;
    private final Set<String> names = new HashSet<>();
    private long bytes;

    private TarTree(ObjectInserter objects, DirCacheBuilder entries) {
        this.objects = objects;
        this.entries = entries;
    }

    /** @return a commit made up around the tree, since builds start from one */
    static RevCommit commit(Path file, Repository repository) throws IOException {
        try (ObjectInserter objects = repository.newObjectInserter();
                var tar = new TarArchiveInputStream(unpacked(file), StandardCharsets.UTF_8.name())) {
            DirCache index = DirCache.newInCore();
            var tree = new TarTree(objects, index.builder());
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                tree.add(entry, tar);
            }
            if (tree.names.isEmpty()) {
                throw new IOException(file.getFileName() + " is no tar archive (plain, gzip or xz), or holds no file");
            }
            tree.entries.finish();
            ObjectId id = index.writeTree(objects);
            objects.flush();
            var nobody = new PersonIdent("nobody", "", 0L, 0);
            var commit = new CommitBuilder();
            commit.setTreeId(top(repository, id));
            commit.setAuthor(nobody);
            commit.setCommitter(nobody);
            commit.setMessage(file.getFileName().toString());
            ObjectId made = objects.insert(commit);
            objects.flush();
            try (RevWalk commits = new RevWalk(repository)) {
                return commits.parseCommit(made);
            }
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new IOException("the archive is refused: " + e.getMessage(), e);
        }
    }

    private void add(TarArchiveEntry entry, TarArchiveInputStream content) throws IOException {
        String name = entry.getName().startsWith("./") ? entry.getName().substring(2) : entry.getName();
        bytes += BLOCK + entry.getSize(); // of directories, too: they cost time, and could come without an end
        if (bytes > MOST_BYTES) {
            throw refused(name, "makes it larger than 1 GiB");
        }
        if (entry.isDirectory() || name.isEmpty()) {
            return; // a git tree has no directory without a file in it
        }
        requirePlain(name);
        if (!names.add(name)) {
            throw refused(name, "is in it twice");
        }
        if (names.size() > MOST_FILES) {
            throw refused(name, "is one file too many: more than " + MOST_FILES);
        }
        var added = new DirCacheEntry(name.getBytes(StandardCharsets.UTF_8), 0);
        if (entry.isSymbolicLink()) {
            added.setFileMode(FileMode.SYMLINK);
            added.setObjectId(objects.insert(Constants.OBJ_BLOB, entry.getLinkName().getBytes(StandardCharsets.UTF_8)));
        } else if (FILE.indexOf(entry.getLinkFlag()) >= 0 && !entry.isSparse() && entry.isCheckSumOK()) {
            added.setFileMode((entry.getMode() & EXECUTABLE) != 0 ? FileMode.EXECUTABLE_FILE : FileMode.REGULAR_FILE);
            added.setObjectId(objects.insert(Constants.OBJ_BLOB, entry.getSize(), content));
        } else {
            throw refused(name, "is neither a file nor a symbolic link; `git archive` makes nothing else");
        }
        entries.add(added);
    }

    private static void requirePlain(String name) throws IOException {
        if (name.startsWith("/")) {
            throw refused(name, "is an absolute name");
        }
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..") || part.toLowerCase(Locale.ROOT).equals(".git")) {
                throw refused(name, "is not a name that a git tree can hold");
            }
        }
    }

    /** Archives often hold everything in one directory, named after project and version; an app has its Procfile at the top. */
    private static ObjectId top(Repository repository, ObjectId tree) throws IOException {
        try (TreeWalk walk = new TreeWalk(repository)) {
            walk.addTree(tree);
            boolean any = walk.next();
            boolean directory = any && walk.getFileMode(0) == FileMode.TREE;
            ObjectId first = any ? walk.getObjectId(0) : tree;
            return directory && !walk.next() ? first : tree;
        }
    }

    private static InputStream unpacked(Path file) throws IOException {
        var in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        in.mark(8);
        byte[] magic = in.readNBytes(6);
        in.reset();
        if (magic.length > 1 && magic[0] == 0x1f && magic[1] == (byte) 0x8b) {
            return new BufferedInputStream(new GZIPInputStream(in, 1 << 16), 1 << 16);
        }
        if (Arrays.equals(magic, new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0})) {
            return new XZInputStream(in, XZ_KIBIBYTES);
        }
        return in;
    }

    private static IOException refused(String name, String why) {
        return new IOException("the archive is refused: " + name + " " + why);
    }
}
