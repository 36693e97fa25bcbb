package co.caution.build;

import co.caution.packages.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What can turn a Containerfile and its bases into an OCI image layout. All but the first must show first that they conform. */
public enum Builder {
    BUILDAH,
    PODMAN,
    DOCKER;

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** The name of its program. */
    public String tool() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What it says of its version, in one line; empty if it is not installed or does not start. */
    public Optional<String> version() throws IOException, InterruptedException {
        if (!ImageBuilder.onPath(tool())) {
            return Optional.empty();
        }
        // Docker's client does nothing by itself: what builds is its engine.
        List<String> command = this == DOCKER
                ? List.of("docker", "version", "--format", "docker {{.Client.Version}}, engine {{.Server.Version}}")
                : List.of(tool(), "--version");
        Command.Result result = Command.run(Path.of("/"), PATIENCE, command, DockerTool.environment());
        return result.status() == 0 ? Optional.of(Text.printable(result.lastLine())) : Optional.empty();
    }
}
