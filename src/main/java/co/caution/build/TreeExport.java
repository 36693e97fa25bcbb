package co.caution.build;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * Writes a commit's tree from its objects: no working tree, no index, no filter, no hook, no attribute. Modes and times
 * are fixed, so that nothing hangs on the umask or the clock of whoever builds.
 */
final class TreeExport {

    static final int MAX_FILES = 10_000;
    static final long MAX_BYTES = 1L << 30;
    private static final int MAX_DEPTH = 64;
    private static final int MAX_LINK = 4096;
    private static final byte[] LFS = "version https://git-lfs.github.com/spec/".getBytes(StandardCharsets.US_ASCII);

    private final ObjectReader reader;
    private final Path directory;
    /** What was written, by its name without case: disks differ in what they call the same name. */
    private final Map<String, String> names = new HashMap<>();
    private final List<Path> directories = new ArrayList<>();
    private int files;
    private long bytes;

    private TreeExport(ObjectReader reader, Path directory) {
        this.reader = reader;
        this.directory = directory;
    }

    /**
     * @param directory is made; it must not exist
     */
    static SourceTree export(Repository repository, ObjectId commit, Path directory)
            throws BuildException, IOException {
        try (ObjectReader reader = repository.newObjectReader();
                RevWalk commits = new RevWalk(reader);
                TreeWalk entries = new TreeWalk(reader)) {
            RevCommit parsed = commits.parseCommit(commit);
            Files.createDirectory(directory);
            var export = new TreeExport(reader, directory);
            export.directories.add(directory);
            entries.addTree(parsed.getTree());
            while (entries.next()) {
                if (export.entry(entries)) {
                    entries.enterSubtree();
                }
            }
            export.finish();
            return new SourceTree(parsed.getTree().name(), directory);
        }
    }

    /** Whether to descend. */
    private boolean entry(TreeWalk entry) throws BuildException, IOException {
        String path = path(entry);
        FileMode mode = entry.getFileMode(0);
        if (mode == FileMode.GITLINK) {
            throw refused(path, "is a submodule, whose files are not in the commit; add the files themselves");
        }
        claim(path);
        Path to = resolved(path);
        if (mode == FileMode.TREE) {
            if (path.chars().filter(c -> c == '/').count() >= MAX_DEPTH) {
                throw refused(path, "lies deeper than " + MAX_DEPTH + " directories");
            }
            Files.createDirectory(to);
            directories.add(to);
            return true;
        }
        if (++files > MAX_FILES) {
            throw refused(path, "is one file too many: the tree has more than " + MAX_FILES);
        }
        if (mode == FileMode.SYMLINK) {
            link(path, to, entry.getObjectId(0));
        } else if (mode == FileMode.REGULAR_FILE || mode == FileMode.EXECUTABLE_FILE) {
            file(path, to, entry.getObjectId(0), mode == FileMode.EXECUTABLE_FILE);
        } else {
            throw refused(path, "has the mode " + mode + ", which no git makes");
        }
        return false;
    }

    private void file(String path, Path to, ObjectId id, boolean executable) throws BuildException, IOException {
        ObjectLoader blob = reader.open(id);
        bytes += blob.getSize();
        if (bytes > MAX_BYTES) {
            throw refused(path, "makes the tree larger than 1 GiB; fetch large files in the build, pinned by digest");
        }
        if (blob.getSize() < 1024 && startsWith(blob.getBytes(1024), LFS)) {
            throw refused(
                    path,
                    "is an LFS pointer, not the file: its content is not in the commit, so nobody could rebuild from"
                            + " it; commit the file itself (git lfs untrack, git add --renormalize)");
        }
        try (OutputStream out =
                Files.newOutputStream(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            blob.copyTo(out);
        }
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        Files.setLastModifiedTime(to, FileTime.fromMillis(0));
    }

    private void link(String path, Path to, ObjectId id) throws BuildException, IOException {
        ObjectLoader blob = reader.open(id);
        if (blob.getSize() == 0 || blob.getSize() > MAX_LINK) {
            throw refused(path, "is a symbolic link whose target is empty or longer than " + MAX_LINK + " bytes");
        }
        String target = utf8(blob.getBytes(MAX_LINK), path);
        if (target.indexOf('\0') >= 0) {
            throw refused(path, "is a symbolic link with a zero byte in its target");
        }
        try {
            Files.createSymbolicLink(to, Path.of(target));
        } catch (InvalidPathException e) {
            throw refused(path, "is a symbolic link that Java cannot write in this locale; start this program with LC_ALL=C.UTF-8");
        }
        if (!Files.readSymbolicLink(to).toString().equals(target)) {
            // Java drops a final slash and doubled ones; the link would not be the commit's.
            throw refused(path, "is a symbolic link to `" + target + "`; write its target without // or a final /");
        }
        Files.getFileAttributeView(to, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setTimes(FileTime.fromMillis(0), null, null);
    }

    private Path resolved(String path) throws BuildException {
        try {
            return directory.resolve(path);
        } catch (InvalidPathException e) {
            throw refused(
                    path,
                    "has a name that Java cannot write in this locale; start this program with LC_ALL=C.UTF-8");
        }
    }

    private static String path(TreeWalk entry) throws BuildException {
        String path = utf8(entry.getRawPath(), entry.getPathString());
        String name = path.substring(path.lastIndexOf('/') + 1);
        boolean odd = name.isEmpty() || name.equals(".") || name.equals("..") || name.equalsIgnoreCase(".git")
                || name.chars().anyMatch(Character::isISOControl);
        if (odd || name.getBytes(StandardCharsets.UTF_8).length > 255 || path.length() > 4000) {
            throw refused(path, "has a name that not every machine can hold; rename it");
        }
        return path;
    }

    private void claim(String path) throws BuildException {
        String folded = Normalizer.normalize(path, Normalizer.Form.NFC).toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        String other = names.putIfAbsent(folded, path);
        if (other != null) {
            throw refused(
                    path,
                    other.equals(path)
                            ? "is twice in the tree"
                            : "and " + other + " differ only in case; on some disks they are one file: rename one");
        }
    }

    private void finish() throws IOException {
        for (Path made : directories.reversed()) {
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setLastModifiedTime(made, FileTime.fromMillis(0));
        }
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length
                && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static String utf8(byte[] bytes, String path) throws BuildException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw refused(path, "is not a name in UTF-8; rename it");
        }
    }

    private static BuildException refused(String path, String why) {
        return new BuildException(Phase.SOURCE, Text.printable(path) + " " + why);
    }
}
