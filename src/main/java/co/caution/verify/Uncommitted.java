package co.caution.verify;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.dircache.DirCacheIterator;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/**
 * Whether a checkout's files are its commit's. Looked at by names, sizes, times and bytes: {@code git status}, and JGit's,
 * run what a stranger's {@code .git/config} names (fsmonitor, hooks, filters).
 */
final class Uncommitted {

    private Uncommitted() {}

    static boolean in(Repository repository, ObjectId tree) throws IOException {
        if (repository.isBare()) {
            return false;
        }
        DirCache index = repository.readDirCache();
        try (TreeWalk staged = new TreeWalk(repository)) {
            staged.addTree(tree);
            staged.addTree(new DirCacheIterator(index));
            staged.setRecursive(true);
            staged.setFilter(TreeFilter.ANY_DIFF);
            if (staged.next()) {
                return true;
            }
        }
        Path top = repository.getWorkTree().toPath();
        for (int i = 0; i < index.getEntryCount(); i++) {
            DirCacheEntry entry = index.getEntry(i);
            boolean looked = entry.getFileMode() != FileMode.GITLINK && !entry.isAssumeValid() && !entry.isSkipWorkTree();
            if (looked && differs(top.resolve(entry.getPathString()), entry)) {
                return true;
            }
        }
        return false;
    }

    private static boolean differs(Path file, DirCacheEntry entry) throws IOException {
        BasicFileAttributes now;
        try {
            now = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return true;
        }
        boolean link = entry.getFileMode() == FileMode.SYMLINK;
        if (link != now.isSymbolicLink() || !link && !now.isRegularFile()) {
            return true;
        }
        Instant written = now.lastModifiedTime().toInstant();
        Instant known = entry.getLastModifiedInstant();
        boolean untouched = written.getEpochSecond() == known.getEpochSecond() && (known.getNano() == 0 || known.getNano() == written.getNano());
        if (!entry.isSmudged() && now.size() != entry.getLength()) {
            return true;
        }
        return !(untouched && !entry.isSmudged()) && !id(file, link, now.size()).equals(entry.getObjectId());
    }

    /** Of the bytes as they lie there; a filter could have been meant to change them. */
    private static ObjectId id(Path file, boolean link, long size) throws IOException {
        try (var hash = new ObjectInserter.Formatter()) {
            if (link) {
                return hash.idFor(Constants.OBJ_BLOB, Files.readSymbolicLink(file).toString().getBytes(StandardCharsets.UTF_8));
            }
            try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                return hash.idFor(Constants.OBJ_BLOB, size, in);
            }
        }
    }
}
