package co.caution.build;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.internal.storage.dfs.DfsRepositoryDescription;
import org.eclipse.jgit.internal.storage.dfs.InMemoryRepository;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;

/** A repository in memory and the files of its next commit. */
final class TestSource {

    private record Entry(FileMode mode, byte[] content, ObjectId id) {}

    final Repository repository = new InMemoryRepository(new DfsRepositoryDescription("test"));
    private final Map<String, Entry> entries = new TreeMap<>();

    static TestSource of(Path directory) throws IOException {
        var source = new TestSource();
        try (var files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                source.bytes(directory.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return source;
    }

    TestSource file(String path, String text) {
        return bytes(path, text.getBytes(StandardCharsets.UTF_8));
    }

    TestSource bytes(String path, byte[] content) {
        entries.put(path, new Entry(FileMode.REGULAR_FILE, content, ObjectId.zeroId()));
        return this;
    }

    TestSource executable(String path, String text) {
        entries.put(
                path, new Entry(FileMode.EXECUTABLE_FILE, text.getBytes(StandardCharsets.UTF_8), ObjectId.zeroId()));
        return this;
    }

    TestSource link(String path, String target) {
        entries.put(path, new Entry(FileMode.SYMLINK, target.getBytes(StandardCharsets.UTF_8), ObjectId.zeroId()));
        return this;
    }

    TestSource submodule(String path) {
        var id = ObjectId.fromString("0123456789012345678901234567890123456789");
        entries.put(path, new Entry(FileMode.GITLINK, new byte[0], id));
        return this;
    }

    ObjectId commit() throws IOException {
        try (ObjectInserter inserter = repository.newObjectInserter()) {
            DirCache index = DirCache.newInCore();
            DirCacheBuilder builder = index.builder();
            for (var entry : entries.entrySet()) {
                var cached = new DirCacheEntry(entry.getKey().getBytes(StandardCharsets.UTF_8), 0);
                cached.setFileMode(entry.getValue().mode());
                cached.setObjectId(
                        entry.getValue().mode() == FileMode.GITLINK
                                ? entry.getValue().id()
                                : inserter.insert(Constants.OBJ_BLOB, entry.getValue().content()));
                builder.add(cached);
            }
            builder.finish();
            return commit(inserter, index.writeTree(inserter));
        }
    }

    /** A commit of a tree that was made by hand. */
    ObjectId commit(ObjectInserter inserter, ObjectId tree) throws IOException {
        var commit = new CommitBuilder();
        commit.setTreeId(tree);
        commit.setAuthor(new PersonIdent("Test", "test@example.org", 0L, 0));
        commit.setCommitter(new PersonIdent("Test", "test@example.org", 0L, 0));
        commit.setMessage("test");
        ObjectId id = inserter.insert(commit);
        inserter.flush();
        return id;
    }
}
