package co.caution.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Buildah, or podman, which is the same library behind another command: nothing of either runs outside of the sandbox. */
final class SandboxedTool implements BuildTool {

    private final Builder builder;
    private final Work work;
    private final Sandbox sandbox;

    SandboxedTool(Builder builder, Work work, Sandbox sandbox) {
        this.builder = builder;
        this.work = work;
        this.sandbox = sandbox;
    }

    @Override
    public int fetch(List<String> images, Consumer<String> lines) throws BuildException, IOException, InterruptedException {
        List<String> arguments = script("fetch");
        arguments.addAll(images);
        return sandbox.run(true, arguments, lines);
    }

    @Override
    public int build(Job job, Consumer<String> lines) throws BuildException, IOException, InterruptedException {
        List<String> arguments = script("build");
        for (var base : job.bases().entrySet()) {
            offer(base.getValue().layout(), work.bases().resolve(base.getKey()));
            arguments.add(PackageBases.PREFIX + base.getKey() + "=" + base.getKey());
        }
        arguments.add("--");
        BuildTool.options(job, "/source", arguments);
        return sandbox.run(job.network(), arguments, lines);
    }

    @Override
    public Path layout() {
        return work.out();
    }

    @Override
    public String guard() {
        return sandbox.guard();
    }

    private List<String> script(String what) {
        return new ArrayList<>(List.of("sh", "/caution/image.sh", builder.tool(), what));
    }

    /** Shows a cached layout to the sandbox: other names of the same files, no copy of 200 MB. */
    private static void offer(Path layout, Path to) throws IOException {
        try (var files = Files.walk(layout)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(layout.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Work.readable(Files.createDirectory(target));
                } else {
                    try {
                        Files.createLink(target, file);
                    } catch (IOException | UnsupportedOperationException e) {
                        Files.copy(file, target);
                    }
                }
            }
        }
    }
}
