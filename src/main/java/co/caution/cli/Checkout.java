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
