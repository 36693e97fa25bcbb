package co.caution.cli;

import co.caution.build.BuildException;
import co.caution.build.BuildHome;
import co.caution.build.BuildListener;
import co.caution.build.BuiltImage;
import co.caution.build.Circumstances;
import co.caution.build.Conformance;
import co.caution.build.Pipeline;
import co.caution.eif.Eif;
import co.caution.explain.Conditions;
import co.caution.explain.DatedFiles;
import co.caution.explain.Explanation;
import co.caution.explain.ImageComparison;
import co.caution.packages.PackageHome;
import co.caution.project.FileList;
import co.caution.project.ManifestException;
import co.caution.verify.AppSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.util.FileSystemUtils;

/** One source, built as a push does and then as if by somebody else on another machine. */
final class TwoBuilds implements AutoCloseable {

    /** What no build sees the outside's of. */
    static final List<String> HELD = List.of("user", "umask", "locale", "time zone", "environment", "names and times of the source's files");

    private static final Pattern FIRST_CPU = Pattern.compile("(?m)^Cpus_allowed_list:\\s*(\\d+)");

    private final AppSource source;
    private final BuildOptions options;
    private final Path cache;
    private final Path builds;
    private final Path otherHome;
    private final int cpus = Runtime.getRuntime().availableProcessors();
    private final OptionalInt onlyCpu;
    private long begun;

    TwoBuilds(AppSource source, BuildOptions options, Path cache) throws IOException {
        this.source = source;
        this.options = options;
        this.cache = cache;
        this.builds = cache.resolve("build");
        this.otherHome = Files.createDirectories(cache).resolve("elsewhere-" + UUID.randomUUID().toString().substring(0, 8));
        this.onlyCpu = cpus > 1 ? firstCpu() : OptionalInt.empty();
    }

    private static OptionalInt firstCpu() throws IOException {
        var match = FIRST_CPU.matcher(Files.readString(Path.of("/proc/self/status")));
        return match.find() ? OptionalInt.of(Integer.parseInt(match.group(1))) : OptionalInt.empty();
    }

    BuiltImage first(BuildListener listener) throws BuildException, IOException, InterruptedException {
        LocalBuild.prune(builds);
        new Conformance(new BuildHome(cache)).require(options.builder);
        begun = System.nanoTime();
        return build(new BuildHome(cache), Circumstances.USUAL, listener);
    }

    /** Nothing of the first is used again but the packages, which are what their digests say. */
    BuiltImage second(BuildListener listener) throws BuildException, IOException, InterruptedException {
        Files.createDirectory(otherHome);
        Files.createSymbolicLink(otherHome.resolve("packages"), new PackageHome(cache).packages());
        return build(new BuildHome(otherHome), Circumstances.elsewhere(onlyCpu, true), listener);
    }

    private BuiltImage build(BuildHome home, Circumstances circumstances, BuildListener listener)
            throws BuildException, IOException, InterruptedException {
        Path stage = LocalBuild.stage(builds);
        try {
            return new Pipeline(home, EnclaveOs.ready(cache), options.limits(), options.builder, circumstances)
                    .build(source.repository(), source.commit(), stage, listener);
        } catch (BuildException e) {
            throw listener == BuildListener.SILENT ? e : LocalBuild.whereTheLogIs(stage, e);
        }
    }

    /** What the second build has of its own. */
    List<String> varied() {
        var varied = new ArrayList<String>();
        varied.add("another directory");
        varied.add("nothing kept of the first");
        varied.add((System.nanoTime() - begun) / 1_000_000_000 + " s later");
        varied.add(onlyCpu.isPresent() ? "1 processor instead of " + cpus : "processors: 1, as this machine has no more");
        varied.add("another host name");
        varied.add("directories listed in another order");
        varied.add("another umask, locale and time zone around it");
        return varied;
    }

    Explanation compare(BuiltImage first, BuiltImage second) throws IOException {
        return ImageComparison.compare(Eif.read(first.eif()), Eif.read(second.eif()),
                new Conditions(Optional.of(Circumstances.USUAL.hostName()), cpus, List.of()),
                new Conditions(Optional.of(Circumstances.elsewhere(onlyCpu, true).hostName()), onlyCpu.isPresent() ? 1 : cpus, List.of()));
    }

    List<String> dated(BuiltImage image) throws IOException {
        try {
            LocalDate today = LocalDate.now(Clock.systemUTC());
            return DatedFiles.in(Eif.read(image.eif()), FileList.parse(Files.readAllBytes(image.files())), today.minusDays(1), today);
        } catch (ManifestException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        Path packages = otherHome.resolve("packages");
        if (Files.isSymbolicLink(packages)) {
            Files.delete(packages); // the first build's stay
        }
        FileSystemUtils.deleteRecursively(otherHome);
    }
}
