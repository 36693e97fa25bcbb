package co.caution.cli;

import co.caution.build.BuildHome;
import co.caution.build.BuildLimits;
import co.caution.build.BuildListener;
import co.caution.build.Pipeline;
import co.caution.verify.Reproduction;
import java.nio.file.Path;
import java.util.UUID;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/** A build of this checkout by this CLI: the pipeline of the server, on this machine. */
final class LocalBuild {

    private LocalBuild() {}

    /** @param quiet says nothing while it builds */
    static Reproduction of(Checkout checkout, String commit, Path cache, boolean quiet) {
        Path top = checkout.root();
        Git.Result commitId = Git.run(top, "rev-parse", "--verify", "--quiet", "--end-of-options", commit + "^{commit}");
        if (!commitId.ok()) {
            throw new CliException(Errors.USAGE, "There is no commit '" + commit + "' in " + top + ". Fetch it first.");
        }
        Path gitDirectory = Path.of(Git.require(top, "rev-parse", "--path-format=absolute", "--git-common-dir"));
        ObjectId id = ObjectId.fromString(commitId.output());
        ObjectId tree = ObjectId.fromString(Git.require(top, "rev-parse", commitId.output() + "^{tree}"));
        return new Reproduction(id, tree, () -> {
            try (var repository = new FileRepositoryBuilder().setGitDir(gitDirectory.toFile()).build()) {
                Path stage = cache.resolve("build").resolve(UUID.randomUUID().toString().substring(0, 8)).resolve("eif-stage");
                return new Pipeline(new BuildHome(cache), EnclaveOs.ready(cache), BuildLimits.defaults())
                        .build(repository, id, stage, quiet ? BuildListener.SILENT : listener());
            }
        });
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
                System.out.println("  " + text);
            }
        };
    }
}
