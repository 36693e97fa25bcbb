package co.caution.build;

import co.caution.project.BuildCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The port behind which builders stand. Both methods return the exit status of what they ran and tell its output, line by line. */
sealed interface BuildTool permits SandboxedTool, DockerTool {

    /**
     * One image to build.
     *
     * @param file the Containerfile, a path below {@code source}
     * @param bases images made of packages, by name behind {@link PackageBases#PREFIX}
     * @param network whether RUN may use it
     */
    record Job(
            Path source, String file, BuildCommand command, Map<String, PackageBases.Base> bases, boolean network) {}

    /** Brings images of registries, each {@code host/name@sha256:…}, to where {@link #build} finds them. */
    int fetch(List<String> images, Consumer<String> lines) throws BuildException, IOException, InterruptedException;

    int build(Job job, Consumer<String> lines) throws BuildException, IOException, InterruptedException;

    /** What {@link #build} made: an OCI image layout. */
    Path layout();

    /** Who holds the build to its limits, for the log. */
    String guard();

    /** {@code --file}, {@code --target} and so on, which every builder spells alike. */
    static void options(Job job, String source, List<String> arguments) {
        BuildCommand command = job.command();
        arguments.addAll(List.of("--file", source + "/" + job.file()));
        String target = command.target();
        if (target != null) {
            arguments.addAll(List.of("--target", target));
        }
        for (String argument : command.buildArgs()) {
            arguments.addAll(List.of("--build-arg", argument));
        }
        arguments.add(command.context().equals(".") ? source : source + "/" + command.context());
    }
}
