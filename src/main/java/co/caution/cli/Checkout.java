package co.caution.cli;

import co.caution.project.DeploymentFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The git repository that a command is run in.
 *
 * @param root its top directory
 */
record Checkout(Path root, DeploymentFile deployment) {

    static Optional<Checkout> find() {
        return at(Surroundings.current().directory());
    }

    /** @throws CliException that says what is missing, when this is no place to work in */
    static Checkout require() {
        return find().orElseThrow(() -> {
            Path here = Surroundings.current().directory();
            if (Git.run(here, "rev-parse", "--git-dir").ok()) {
                return new CliException("no_repository", here + " is inside a git repository, but not in its files (it is bare, or its"
                        + " .git directory). Run this in a checkout: git clone or git worktree add makes one.");
            }
            return new CliException("no_repository", "This is not a git repository. Run 'git init' and commit your app first, then"
                    + " 'caution init'.");
        });
    }

    static Optional<Checkout> at(Path directory) {
        Git.Result top = Git.run(directory, "rev-parse", "--show-toplevel");
        if (!top.ok()) {
            if (top.output().contains("dubious ownership")) {
                throw new CliException(top.output()); // a repository, and git says what to do
            }
            return Optional.empty();
        }
        Path root = Path.of(top.output());
        try {
            return Optional.of(new Checkout(root, DeploymentFile.read(root)));
        } catch (IOException e) {
            throw new CliException(e.getMessage());
        }
    }

    @Nullable String appId() {
        return deployment.resourceId();
    }

    @Nullable String server() {
        return deployment.server();
    }
}
