package co.caution.build;

import co.caution.project.BuildCommand;
import co.caution.project.Procfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Builds the container image in the sandbox, in the one mode whose bytes a verifier can make again. */
final class ImageBuilder {

    /** As {@code image.sh} calls it. */
    private static final String RESULT = "localhost/caution/result";
    static final String BUILDER = "buildah --layers=false";
    private static final int MAX_TEXT = 1 << 20;

    private final BuildHome home;
    private final BuildLimits limits;

    ImageBuilder(BuildHome home, BuildLimits limits) {
        this.home = home;
        this.limits = limits;
    }

    ContainerImage build(SourceTree source, Procfile procfile, BuildCommand command, Work work, BuildLog log)
            throws BuildException, IOException, InterruptedException {
        log.phase(Phase.BASES);
        requireTools();
        String path = containerfile(source, command);
        Path file = source.file(path);
        if (file == null) {
            throw new BuildException(
                    Phase.BASES, "the repository has no " + path + ", which the Procfile's `build` names; add the file");
        }
        Containerfile needs = Containerfile.parse(
                path, source.text(file, MAX_TEXT, Phase.BASES), command.buildArgs(), procfile.buildNetwork());
        var sandbox = Sandbox.open(work, source.directory(), limits, ControlGroups.here());
        log.detail(sandbox.guard());
        var bases = new ArrayList<String>();
        var arguments = new ArrayList<>(List.of("sh", "/caution/image.sh", "build"));
        for (String name : needs.packageBases()) {
            PackageBases.Base base = packageBase(source, name, work, log);
            offer(base.layout(), work.bases().resolve(name));
            arguments.add(PackageBases.PREFIX + name + "=" + name);
            bases.add(PackageBases.PREFIX + name + "@" + base.digest());
        }
        fetch(needs.registryBases(), sandbox, log);
        bases.addAll(needs.registryBases());
        bases.forEach(base -> log.detail("base " + base));

        log.phase(Phase.IMAGE);
        arguments.add("--");
        arguments.addAll(buildah(path, command));
        log.detail(String.join(" ", arguments));
        var last = new LastError();
        var chatter = new AtomicBoolean();
        int status = sandbox.run(procfile.buildNetwork(), arguments, line -> {
            last.see(line);
            // What follows is about blobs and names that nobody else will ever meet.
            chatter.compareAndSet(false, line.endsWith("COMMIT " + RESULT));
            if (chatter.get()) {
                log.detail(line);
            } else {
                log.line(line);
            }
        });
        if (status != 0) {
            throw new BuildException(Phase.IMAGE, last.message(status));
        }
        return new ContainerImage(BUILDER, bases, work.out());
    }

    private static String containerfile(SourceTree source, BuildCommand command) throws BuildException {
        String given = command.file();
        if (given != null) {
            return given;
        }
        String prefix = command.context().equals(".") ? "" : command.context() + "/";
        for (String name : List.of("Containerfile", "Dockerfile")) {
            if (source.file(prefix + name) != null) {
                return prefix + name;
            }
        }
        throw new BuildException(
                Phase.BASES,
                "the repository has neither " + prefix + "Containerfile nor " + prefix + "Dockerfile; add one, or name"
                        + " it in the Procfile: `build: docker build -f FILE .`");
    }

    private static List<String> buildah(String file, BuildCommand command) {
        var arguments = new ArrayList<String>();
        arguments.add("--file");
        arguments.add("/source/" + file);
        String target = command.target();
        if (target != null) {
            arguments.add("--target");
            arguments.add(target);
        }
        for (String argument : command.buildArgs()) {
            arguments.add("--build-arg");
            arguments.add(argument);
        }
        arguments.add(command.context().equals(".") ? "/source" : "/source/" + command.context());
        return arguments;
    }

    private PackageBases.Base packageBase(SourceTree source, String name, Work work, BuildLog log)
            throws BuildException, IOException, InterruptedException {
        String path = "packages/" + name + ".lock";
        Path file = source.file(path);
        if (file == null) {
            throw new BuildException(
                    Phase.BASES,
                    "FROM " + PackageBases.PREFIX + name + " needs the file " + path
                            + ", which the repository has not; make it with `caution packages lock`");
        }
        PackageLock lock = PackageLock.parse(path, source.text(file, MAX_TEXT, Phase.BASES));
        return new PackageBases(home).base(lock, work.directory(), log);
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

    private static void fetch(List<String> images, Sandbox sandbox, BuildLog log)
            throws BuildException, IOException, InterruptedException {
        if (images.isEmpty()) {
            return;
        }
        var arguments = new ArrayList<>(List.of("sh", "/caution/image.sh", "fetch"));
        arguments.addAll(images);
        var last = new LastError();
        int status = sandbox.run(true, arguments, line -> {
            last.see(line);
            log.detail(line);
        });
        if (status != 0) {
            throw new BuildException(
                    Phase.BASES,
                    "a base image cannot be fetched: " + last.cause() + "; check its name and digest, and that its"
                            + " registry can be reached from here");
        }
    }

    private static void requireTools() throws BuildException {
        for (String tool : List.of("buildah", "unshare")) {
            if (!onPath(tool)) {
                String from = tool.equals("buildah") ? "buildah" : "util-linux";
                throw new BuildException(
                        Phase.BASES, tool + " is not installed; install it (Debian: apt-get install " + from + ")");
            }
        }
    }

    static boolean onPath(String tool) {
        return List.of("/usr/bin", "/usr/sbin", "/bin", "/sbin").stream()
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
    }

    /** Remembers the line that names the cause. */
    private static final class LastError {

        private @Nullable String error;
        private @Nullable String sandbox;

        void see(String line) {
            if (line.startsWith("Error: ") || line.startsWith("error ")) {
                error = line;
            } else if (line.startsWith("sandbox: ") || line.startsWith("unshare: ")) {
                sandbox = line;
            }
        }

        String cause() {
            return error != null ? error.replaceFirst("^Error: ", "") : sandbox != null ? sandbox : "no reason was given";
        }

        String message(int status) {
            if (error == null && sandbox != null) {
                return "the sandbox of the build could not be made: " + sandbox;
            }
            return "the container build failed (exit status " + status + "): " + cause()
                    + "; the lines above say why";
        }
    }
}
