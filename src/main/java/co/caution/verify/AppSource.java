package co.caution.verify;

import co.caution.sshkey.AllowedSigners;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.RevisionSyntaxException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The source that a person names to verify against: a checkout, a repository's URL or an archive. It is read by JGit and
 * by us, never by another program: no hook, filter, credential helper or setting of the source is run or obeyed.
 */
public final class AppSource implements AutoCloseable {

    /** What {@code --commit} is where nobody names one. */
    public static final String HEAD = "HEAD";

    private static final Pattern ABBREVIATED = Pattern.compile("(?i)[0-9a-f]{4,39}");
    private static final Pattern URL = Pattern.compile("[a-z][a-z0-9+.-]*://.*|[^/@]+@[^/:]+:.*");

    private final String where;
    private final String what;
    private final String otherwise;
    private final Repository repository;
    private final ObjectId commit;
    private final ObjectId tree;
    private final boolean archive;
    private final @Nullable Path scratch;

    private AppSource(String where, String what, String otherwise, Repository repository, RevCommit commit, boolean archive,
            @Nullable Path scratch) {
        this.where = where;
        this.what = what;
        this.otherwise = otherwise;
        this.repository = repository;
        this.commit = commit.getId();
        this.tree = commit.getTree().getId();
        this.archive = archive;
        this.scratch = scratch;
    }

    /**
     * @param spec a directory, a file, or a URL, as the person wrote it
     * @param here what a relative path is relative to
     * @param revision the commit that the person reviewed, in git's words; {@link #HEAD} where they named none
     * @param cache where clones and opened archives lie while they are needed
     * @throws IOException saying what is wrong with the source, and what to do
     */
    public static AppSource open(String spec, Path here, String revision, Path cache) throws IOException {
        if (isUrl(spec)) {
            return made(cache, scratch -> {
                Repository clone = GitClone.of(spec, scratch, revision.equals(HEAD));
                return at(clone, spec, revision, scratch);
            });
        }
        Path path = here.resolve(spec);
        if (Files.isDirectory(path)) {
            return checkout(path, spec, revision).orElseThrow(() -> new IOException(spec
                    + " is not in a git repository; an archive of one, or its URL, would do, too"));
        }
        if (!Files.isRegularFile(path)) {
            throw new IOException("there is no " + spec + "; name a directory, a tar archive, or a URL (https://, ssh://, file://)");
        }
        if (!revision.equals(HEAD)) {
            throw new IOException(spec + " is an archive, which holds one tree and no commits: leave out --commit, or name a repository");
        }
        return made(cache, scratch -> {
            Repository repository = bare(scratch);
            RevCommit commit = TarTree.commit(path, repository);
            return new AppSource(spec, "the archive", "An archive made with attributes such as export-ignore, export-subst or text is"
                    + " not its commit's tree: then name the repository instead (--source URL)", repository, commit, true, scratch);
        });
    }

    /** Whether it is somebody else who says what lies there now. */
    public static boolean isUrl(String spec) {
        return URL.matcher(spec).matches();
    }

    /** The repository that a directory lies in, if it lies in one. */
    public static Optional<AppSource> checkout(Path directory, String where, String revision) throws IOException {
        var builder = new FileRepositoryBuilder().findGitDir(directory.toAbsolutePath().toFile());
        return builder.getGitDir() == null ? Optional.empty() : Optional.of(at(builder.build(), where, revision, null));
    }

    private static AppSource at(Repository repository, String where, String revision, @Nullable Path scratch) throws IOException {
        try (RevWalk commits = new RevWalk(repository)) {
            ObjectId id = repository.resolve(revision + "^{commit}");
            if (id == null) {
                throw new IOException("there is no commit '" + revision + "' in " + where + "; fetch it first");
            }
            if (ABBREVIATED.matcher(revision).matches() && !id.name().startsWith(revision.toLowerCase(Locale.ROOT))) {
                // git prefers the name, and whoever owns the repository could choose one that looks like the commit that was reviewed.
                throw new IOException("'" + revision + "' is the name of a branch or tag in " + where + ", not the beginning of a commit's id; name the"
                        + " whole id (40 digits), or the whole name (refs/heads/" + revision + ")");
            }
            RevCommit commit = commits.parseCommit(id);
            return new AppSource(where, "commit " + commit.name(), "If you trust the other one, review it and name it: --commit COMMIT",
                    repository, commit, false, scratch);
        } catch (RevisionSyntaxException e) {
            throw new IOException("'" + revision + "' is not a way to name a commit", e);
        } catch (IOException e) {
            repository.close();
            throw e;
        }
    }

    private static AppSource made(Path cache, Maker maker) throws IOException {
        Path scratch = Files.createDirectories(cache.resolve("sources")).resolve(UUID.randomUUID().toString());
        try {
            return maker.make(scratch);
        } catch (IOException | RuntimeException e) {
            Scratch.delete(scratch);
            throw e;
        }
    }

    private static Repository bare(Path directory) throws IOException {
        var repository = new FileRepositoryBuilder().setGitDir(directory.toFile()).setBare().build();
        repository.create(true);
        return repository;
    }

    /** Whether the checkout has other files than the commit; false where that cannot be found out. Runs nothing. */
    public boolean changed() {
        try {
            return Uncommitted.in(repository, tree);
        } catch (IOException | RuntimeException e) {
            return false; // a damaged index has many ways to say so
        }
    }

    /** For the pipeline. */
    public Repository repository() {
        return repository;
    }

    /** For the pipeline; of an archive one that is made up around its tree. */
    public ObjectId commit() {
        return commit;
    }

    /** The commit that the person reviewed; an archive has none. */
    public Optional<ObjectId> reviewed() {
        return archive ? Optional.empty() : Optional.of(commit);
    }

    public ObjectId tree() {
        return tree;
    }

    /** Whether what the person reviewed is signed, and by whom. */
    public CommitSignature signature(AllowedSigners signers) throws IOException {
        return archive ? new CommitSignature.NoCommit() : CommitSignature.of(repository, commit, signers);
    }

    /** What to compare with and to build, on what, and by whom. */
    public Reproduction reproducedBy(EnclaveOsSupply supply, Reproduction.Builder builder) {
        return new Reproduction(where, what, tree, otherwise, supply, builder);
    }

    @Override
    public void close() {
        repository.close();
        if (scratch != null) {
            Scratch.delete(scratch);
        }
    }

    @FunctionalInterface
    private interface Maker {
        AppSource make(Path scratch) throws IOException;
    }
}
