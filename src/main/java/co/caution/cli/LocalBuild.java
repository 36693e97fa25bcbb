package co.caution.cli;

import co.caution.build.BuildException;
import co.caution.build.BuildHome;
import co.caution.build.BuildLimits;
import co.caution.build.BuildListener;
import co.caution.build.Conformance;
import co.caution.build.Pipeline;
import co.caution.build.Text;
import co.caution.verify.AppSource;
import co.caution.verify.Reproduction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;
import org.springframework.util.FileSystemUtils;

/** A build by this CLI: the pipeline of the server, on this machine. */
final class LocalBuild {

    private static final int KEPT = 9;

    private LocalBuild() {}

    /**
     * The source in this directory's repository, at a commit.
     *
     * @param quiet says nothing of changes that are not committed
     */
    static Optional<AppSource> here(String commit, boolean quiet) {
        Path here = Surroundings.current().directory();
        try {
            Optional<AppSource> source = AppSource.checkout(here, "current directory", commit);
            if (source.isPresent() && !quiet && commit.equals(AppSource.HEAD) && source.get().changed()) {
                System.err.println("Note: this checkout has changes that are not committed; what is built is HEAD.");
            }
            return source;
        } catch (IOException e) {
            throw new CliException(Errors.USAGE, Errors.sentence(Text.oneLine(e.getMessage())));
        }
    }

    /** @param spec a directory, a URL or an archive that the person named */
    static AppSource named(String spec, String commit, Path cache) {
        try {
            return AppSource.open(spec, Surroundings.current().directory(), commit, cache);
        } catch (IOException e) {
            throw new CliException(Errors.USAGE, "The source cannot be used: " + Text.oneLine(e.getMessage()) + ".");
        }
    }

    /** @param quiet says nothing while it builds */
    static Reproduction.Builder of(AppSource source, BuildOptions options, Path cache, boolean quiet) {
        BuildLimits limits = options.limits();
        return os -> {
            Path builds = cache.resolve("build");
            prune(builds);
            Path stage = stage(builds);
            new Conformance(new BuildHome(cache)).require(options.builder);
            try {
                return new Pipeline(new BuildHome(cache), os, limits, options.builder)
                        .build(source.repository(), source.commit(), stage, quiet ? BuildListener.SILENT : listener());
            } catch (BuildException e) {
                throw quiet ? e : whereTheLogIs(stage, e);
            }
        };
    }

    /** Only the server shows what a build says while it says it. */
    static BuildException whereTheLogIs(Path stage, BuildException e) {
        Path log = stage.resolve("build.log");
        if (Files.exists(log)) {
            System.err.println("What the build said: " + log);
        }
        return e;
    }

    /** A new one among the builds, for what a build leaves to be read. */
    static Path stage(Path builds) {
        return builds.resolve(UUID.randomUUID().toString().substring(0, 8)).resolve("eif-stage");
    }

    /** The last ones stay for review. */
    static void prune(Path builds) throws IOException {
        if (!Files.isDirectory(builds)) {
            return;
        }
        try (var kept = Files.list(builds)) {
            for (Path old : kept.sorted(Comparator.comparing(LocalBuild::modified).reversed()).skip(KEPT).toList()) {
                FileSystemUtils.deleteRecursively(old);
            }
        }
    }

    private static FileTime modified(Path directory) {
        try {
            return Files.getLastModifiedTime(directory);
        } catch (IOException e) {
            return FileTime.fromMillis(0); // another process was faster
        }
    }

    /** The build's phases, while one waits; its own output is in the stage's {@code build.log}. */
    static BuildListener listener() {
        return new BuildListener() {
            @Override
            public void phase(String name) {
                System.out.println("  " + name + " ...");
            }

            @Override
            public void line(String text) {}

            @Override
            public void note(String text) {
                System.out.println("  " + Text.printable(text)); // names in a stranger's image, perhaps
            }
        };
    }
}
