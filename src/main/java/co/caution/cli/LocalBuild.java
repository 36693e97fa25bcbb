package co.caution.cli;

import co.caution.build.BuildHome;
import co.caution.build.BuildLimits;
import co.caution.build.BuildListener;
import co.caution.build.Conformance;
import co.caution.build.Pipeline;
import co.caution.build.Text;
import co.caution.verify.Reproduction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.UUID;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.springframework.util.FileSystemUtils;

/** A build of this checkout by this CLI: the pipeline of the server, on this machine. */
final class LocalBuild {

    private static final int KEPT = 9;

    private LocalBuild() {}

    /** @param quiet says nothing while it builds */
    static Reproduction of(Checkout checkout, String commit, BuildOptions options, Path cache, boolean quiet) {
        BuildLimits limits = options.limits();
        Path top = checkout.root();
        Git.Result commitId = Git.run(top, "rev-parse", "--verify", "--quiet", "--end-of-options", commit + "^{commit}");
        if (!commitId.ok()) {
            throw new CliException(Errors.USAGE, "There is no commit '" + commit + "' in " + top + ". Fetch it first.");
        }
        Path gitDirectory = Path.of(Git.require(top, "rev-parse", "--path-format=absolute", "--git-common-dir"));
        if (!quiet && commit.equals("HEAD") && !Git.run(top, "status", "--porcelain", "--untracked-files=no").output().isEmpty()) {
            System.err.println("Note: this checkout has changes that are not committed; what is built is HEAD.");
        }
        ObjectId id = ObjectId.fromString(commitId.output());
        ObjectId tree = ObjectId.fromString(Git.require(top, "rev-parse", commitId.output() + "^{tree}"));
        return new Reproduction(id, tree, () -> {
            try (var repository = new FileRepositoryBuilder().setGitDir(gitDirectory.toFile()).build()) {
                Path builds = cache.resolve("build");
                prune(builds);
                Path stage = builds.resolve(UUID.randomUUID().toString().substring(0, 8)).resolve("eif-stage");
                new Conformance(new BuildHome(cache)).require(options.builder); // before minutes are spent on the kernel
                return new Pipeline(new BuildHome(cache), EnclaveOs.ready(cache), limits, options.builder)
                        .build(repository, id, stage, quiet ? BuildListener.SILENT : listener());
            }
        });
    }

    /** The last ones stay for review. */
    private static void prune(Path builds) throws IOException {
        if (!Files.isDirectory(builds)) {
            return;
        }
        try (var kept = Files.list(builds)) {
            for (Path old : kept.sorted(Comparator.comparing(LocalBuild::modified).reversed()).skip(KEPT).toList()) {
                FileSystemUtils.deleteRecursively(old);
            }
        }
    }

    private static FileTime modified(Path directory) {
        try {
            return Files.getLastModifiedTime(directory);
        } catch (IOException e) {
            return FileTime.fromMillis(0); // another process was faster
        }
    }

    /** The build's phases, while one waits; its own output is in the stage's {@code build.log}. */
    private static BuildListener listener() {
        return new BuildListener() {
            @Override
            public void phase(String name) {
                System.out.println("  " + name + " ...");
            }

            @Override
            public void line(String text) {}

            @Override
            public void note(String text) {
                System.out.println("  " + Text.printable(text)); // names in a stranger's image, perhaps
            }
        };
    }
}
