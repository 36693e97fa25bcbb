package co.caution.build;

import co.caution.packages.PackageException;
import co.caution.packages.PackageLock;
import co.caution.project.BuildCommand;
import co.caution.project.Procfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Builds the container image, in the one mode whose bytes a verifier can make again. */
final class ImageBuilder {

    /** As {@code image.sh} calls it. */
    private static final String RESULT = "localhost/caution/result";
    /** The mode, as the manifest says it: the same for every builder that conforms, since its bytes are the same. */
    static final String BUILDER = "buildah --layers=false";
    private static final List<String> PLACES = List.of("/usr/local/bin", "/usr/bin", "/usr/sbin", "/bin", "/sbin");
    private static final int MAX_TEXT = 1 << 20;

    private final BuildHome home;
    private final BuildLimits limits;
    private final Builder builder;
    private final Circumstances circumstances;

    ImageBuilder(BuildHome home, BuildLimits limits, Builder builder) {
        this(home, limits, builder, Circumstances.USUAL);
    }

    /** @param circumstances of builders that run in the sandbox; an engine has its own */
    ImageBuilder(BuildHome home, BuildLimits limits, Builder builder, Circumstances circumstances) {
        this.circumstances = circumstances;
        this.home = home;
        this.limits = limits;
        this.builder = builder;
    }

    ContainerImage build(SourceTree source, Procfile procfile, BuildCommand command, Work work, BuildLog log)
            throws BuildException, IOException, InterruptedException {
        log.phase(Phase.BASES);
        requireTools(builder, PLACES);
        String path = containerfile(source, command);
        Path file = source.file(path);
        if (file == null) {
            throw new BuildException(
                    Phase.BASES, "the repository has no " + path + ", which the Procfile's `build` names; add the file");
        }
        Containerfile needs = Containerfile.parse(
                path, source.text(file, MAX_TEXT, Phase.BASES), command.buildArgs(), procfile.buildNetwork());
        BuildTool tool = tool(source, work);
        log.detail(tool.guard());
        var bases = new ArrayList<String>();
        var packages = new LinkedHashMap<String, PackageBases.Base>();
        for (String name : needs.packageBases()) {
            PackageBases.Base base = packageBase(source, name, work, log);
            packages.put(name, base);
            bases.add(PackageBases.PREFIX + name + "@" + base.digest());
        }
        fetch(needs.registryBases(), tool, log);
        bases.addAll(needs.registryBases());
        bases.forEach(base -> log.detail("base " + base));

        log.phase(Phase.IMAGE);
        log.detail(builder.version().orElse(builder.tool()));
        var last = new LastError();
        var chatter = new AtomicBoolean();
        var job = new BuildTool.Job(source.directory(), path, command, packages, procfile.buildNetwork());
        int status = tool.build(job, line -> {
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
        return new ContainerImage(BUILDER, bases, tool.layout());
    }

    private BuildTool tool(SourceTree source, Work work) throws IOException, InterruptedException {
        return builder == Builder.DOCKER
                ? new DockerTool(builder.tool(), work, limits)
                : new SandboxedTool(
                        builder, work, Sandbox.open(work, source.directory(), limits, ControlGroups.here()).under(circumstances));
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
        try {
            PackageLock lock = PackageLock.parse(path, source.text(file, MAX_TEXT, Phase.BASES));
            return new PackageBases(home).base(lock, work.directory(), log);
        } catch (PackageException e) {
            throw new BuildException(Phase.BASES, String.valueOf(e.getMessage()), e);
        }
    }

    private static void fetch(List<String> images, BuildTool tool, BuildLog log)
            throws BuildException, IOException, InterruptedException {
        if (images.isEmpty()) {
            return;
        }
        var last = new LastError();
        int status = tool.fetch(images, line -> {
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

    /** @param places where programs may lie */
    static void requireTools(Builder builder, List<String> places) throws BuildException {
        for (String tool : builder == Builder.DOCKER ? List.of("docker") : List.of(builder.tool(), "unshare")) {
            if (!lies(tool, places)) {
                String from = tool.equals("unshare") ? "util-linux" : tool.equals("docker") ? "docker-cli" : tool;
                throw new BuildException(
                        Phase.BASES, tool + " is not installed; install it (Debian: apt-get install " + from + ")");
            }
        }
    }

    static boolean onPath(String tool) {
        return lies(tool, PLACES);
    }

    private static boolean lies(String tool, List<String> places) {
        return places.stream().anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
    }

    /** Remembers the line that names the cause. */
    private static final class LastError {

        private @Nullable String error;
        private @Nullable String sandbox;

        void see(String line) {
            if (line.startsWith("Error: ") || line.startsWith("error ") || line.startsWith("ERROR: ")) {
                error = line;
            } else if (line.startsWith("sandbox: ") || line.startsWith("unshare: ")) {
                sandbox = line;
            }
        }

        String cause() {
            return error != null ? error.replaceFirst("^(Error|ERROR): ", "") : sandbox != null ? sandbox : "no reason was given";
        }

        String message(int status) {
            if (error == null && sandbox != null) {
                return "the sandbox of the build could not be made: " + sandbox;
            }
            return "the container build failed (exit status " + status + "): " + cause()
                    + "; what it said before that, in build.log, says why";
        }
    }
}
