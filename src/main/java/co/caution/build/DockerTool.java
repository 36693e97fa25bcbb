package co.caution.build;

import co.caution.packages.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Docker's client with its engine. The engine is a service of the machine: what it builds is confined by it, not by the
 * sandbox, and no limit but the time is ours. Sources: the references of {@code docker buildx build} (--build-context
 * oci-layout://, --output type=oci) and of BuildKit's OCI exporter.
 */
final class DockerTool implements BuildTool {

    /** Where the engine is, and the user's settings for it. */
    private static final Set<String> INHERITED =
            Set.of("HOME", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "BUILDX_BUILDER");

    private final String program;
    private final Work work;
    private final BuildLimits limits;

    DockerTool(String program, Work work, BuildLimits limits) {
        this.program = program;
        this.work = work;
        this.limits = limits;
    }

    static Map<String, String> environment() {
        var environment = new TreeMap<>(Command.environment());
        System.getenv().forEach((name, value) -> {
            if (INHERITED.contains(name)) {
                environment.put(name, value);
            }
        });
        return environment;
    }

    /** The engine fetches by digest as it builds. */
    @Override
    public int fetch(List<String> images, Consumer<String> lines) {
        return 0;
    }

    @Override
    public int build(Job job, Consumer<String> lines) throws BuildException, IOException, InterruptedException {
        Path archive = work.directory().resolve("docker.tar");
        var builder = new ProcessBuilder(command(job, archive));
        builder.environment().clear();
        builder.environment().putAll(environment());
        // Ending the client ends the build: the engine works for a session that is open.
        int status = new BuildProcess(work.directory(), limits).run(builder, lines, () -> {});
        if (status == 0) {
            try {
                OciArchive.unpack(archive, layout());
            } catch (IOException e) {
                throw new BuildException(Phase.IMAGE, "what docker built is not a sound OCI archive: " + e.getMessage(), e);
            }
        }
        return status;
    }

    private List<String> command(Job job, Path archive) {
        var command = new ArrayList<>(List.of(
                program, "buildx", "build", "--progress=plain", "--platform=linux/amd64", "--no-cache", "--provenance=false",
                "--sbom=false", job.network() ? "--network=default" : "--network=none", "--output",
                "type=oci,dest=" + archive));
        job.bases().forEach((name, base) -> command.addAll(List.of(
                "--build-context", PackageBases.PREFIX + name + "=oci-layout://" + base.layout() + "@" + base.digest())));
        BuildTool.options(job, job.source().toString(), command);
        return command;
    }

    @Override
    public Path layout() {
        return work.directory().resolve("layout");
    }

    @Override
    public String guard() {
        return "confined by docker's engine, not by the sandbox; only the time is limited";
    }
}
