package co.caution.build;

import co.caution.packages.Sha256;
import co.caution.project.BuildCommand;
import co.caution.project.Procfile;
import co.caution.project.ProcfileException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Whether a builder makes the bytes that the measured mode makes: shown by building a few Containerfiles with it on this
 * machine and comparing every entry of the flattened results with what is written down here. The outcome is remembered for
 * that version of the builder and this version of the Containerfiles.
 */
public final class Conformance {

    static final List<String> CASES = List.of("links", "whiteouts", "stages");
    private static final String RESOURCES = "/build/conformance/";
    private static final String CONFORMS = "conforms";

    /**
     * @param version of the builder
     * @param difference the first one; empty if there is none
     */
    public record Result(String version, Optional<String> difference) {

        public boolean conforms() {
            return difference.isEmpty();
        }
    }

    private final BuildHome home;

    public Conformance(BuildHome home) {
        this.home = home;
    }

    /** @throws BuildException if it is not known to conform; the message says what is known, and what to do */
    public void require(Builder builder) throws BuildException, IOException, InterruptedException {
        if (builder == Builder.BUILDAH) {
            return; // the measure itself
        }
        Optional<Result> known = remembered(builder);
        String check = "caution builders check " + builder.tool();
        if (known.isEmpty()) {
            throw new BuildException(Phase.BASES, builder.tool() + " (" + installed(builder) + ") has not shown on this machine that"
                    + " it makes the same bytes as " + ImageBuilder.BUILDER + "; run: " + check);
        }
        if (!known.get().conforms()) {
            throw new BuildException(Phase.BASES, known.get().version() + " makes other bytes than " + ImageBuilder.BUILDER + ", so"
                    + " nobody could verify what it builds: " + known.get().difference().orElseThrow() + "; build with buildah, or"
                    + " install another version and run: " + check);
        }
    }

    /** What an earlier {@link #check} of this version found. */
    public Optional<Result> remembered(Builder builder) throws IOException, InterruptedException {
        Optional<String> version = builder.version();
        if (version.isEmpty() || !Files.exists(memory(builder, version.get()))) {
            return Optional.empty();
        }
        String outcome = Files.readString(memory(builder, version.get())).strip();
        return Optional.of(new Result(version.get(), outcome.equals(CONFORMS) ? Optional.empty() : Optional.of(outcome)));
    }

    /**
     * Builds with it, compares, remembers.
     *
     * @throws BuildException if it cannot be tried; nothing is remembered then
     */
    public Result check(Builder builder, BuildLimits limits, BuildListener listener)
            throws BuildException, IOException, InterruptedException {
        String version = installed(builder);
        Optional<String> difference = Optional.empty();
        for (String name : CASES) {
            listener.note("Building " + name);
            Listing made = build(name, builder, limits, listener);
            difference = Listing.parse(text(name + ".expected")).difference(made).map(found -> name + ".Containerfile: " + found);
            if (difference.isPresent()) {
                break;
            }
        }
        var result = new Result(version, difference);
        remember(builder, result);
        return result;
    }

    void remember(Builder builder, Result result) throws IOException {
        Files.writeString(memory(builder, result.version()), result.difference().orElse(CONFORMS) + "\n");
    }

    private static String installed(Builder builder) throws BuildException, IOException, InterruptedException {
        return builder.version().orElseThrow(() -> new BuildException(
                Phase.BASES,
                builder == Builder.DOCKER
                        ? "docker is not installed, or its engine does not answer; start it (`docker version` says more)"
                        : builder.tool() + " is not installed; install it (Debian: apt-get install " + builder.tool() + ")"));
    }

    Listing build(String name, Builder builder, BuildLimits limits, BuildListener listener)
            throws BuildException, IOException, InterruptedException {
        try (Work work = Work.open(home);
                var log = new BuildLog(work.directory().resolve(Stage.LOG), listener)) {
            Path source = ConformanceSource.write(work.directory().resolve("source"), text(name + ".Containerfile"), text("busybox.lock"));
            Procfile procfile = Procfile.parse("build: docker build .".getBytes(StandardCharsets.UTF_8));
            ContainerImage image = new ImageBuilder(home, limits, builder)
                    .build(new SourceTree("", source), procfile, BuildCommand.DEFAULT, work, log);
            Path layers = Files.createDirectory(work.directory().resolve("layers"));
            OciImage oci = OciImage.read(image.layout(), layers, limits.image().bytes());
            return Listing.of(oci.config(), Flattener.flatten(oci.layers(), log));
        } catch (ProcfileException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Another version of the builder, of what is built or of how it is called knows nothing of this outcome. */
    private Path memory(Builder builder, String version) throws IOException {
        var all = new StringBuilder(builder.tool()).append('\n').append(version).append('\n').append(resource("/build/image.sh"));
        for (String name : CASES) {
            all.append(text(name + ".Containerfile")).append(text(name + ".expected"));
        }
        String key = Sha256.of(all.toString().getBytes(StandardCharsets.UTF_8)).substring(0, 16);
        return home.builders().resolve(builder.tool() + "-" + key);
    }

    static String text(String name) {
        return resource(RESOURCES + name);
    }

    private static String resource(String path) {
        try (InputStream in = Conformance.class.getResourceAsStream(path)) {
            return new String(Objects.requireNonNull(in, path).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
