package co.caution.cli;

import co.caution.build.BuildException;
import co.caution.build.BuildListener;
import co.caution.build.Builder;
import co.caution.build.BuiltImage;
import co.caution.build.Text;
import co.caution.explain.Explanation;
import co.caution.verify.AppSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code caution reproduce}: a developer's check before publishing. */
@Command(
        name = "reproduce",
        description = "Build twice under different conditions, and say what is not the same and why.",
        footer = {"", "Exit codes: 0 reproducible, 2 the builds differ, 6 it could not be built, 64 usage, 1 anything else."})
final class ReproduceCommand implements Callable<Integer> {

    @ParentCommand
    Caution root;

    @Option(names = "--twice", required = true, description = "Build twice: as a push does, then as if elsewhere.")
    boolean twice;

    @Parameters(paramLabel = "DIR", arity = "0..1", description = "A checkout (default: this directory's).")
    @Nullable Path directory;

    @Option(names = "--commit", paramLabel = "COMMIT", defaultValue = "HEAD", description = "The commit (default: ${DEFAULT-VALUE}).")
    String commit;

    @Option(names = "--json", description = "JSON for machines.")
    boolean json;

    @Mixin
    BuildOptions options;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (options.builder == Builder.DOCKER) {
            throw new CliException(Errors.USAGE, "Docker's engine sets the conditions itself; compare its builds with --builder buildah.");
        }
        Path cache = root.context().cache();
        try (AppSource source = source(cache); var builds = new TwoBuilds(source, options, cache)) {
            say("Building " + commit + " of " + (directory == null ? "this repository" : directory) + " twice.");
            say("First build: as a push does");
            BuiltImage first = builds.first(listener());
            say("Second build: " + String.join(", ", builds.varied()));
            BuiltImage second = builds.second(listener());
            return report(builds, first, second);
        } catch (BuildException e) {
            throw new CliException(Errors.NOT_REPRODUCED, "failed", "It could not be built: " + e.getMessage(), null);
        }
    }

    private AppSource source(Path cache) {
        return directory != null
                ? LocalBuild.named(directory.toString(), commit, cache)
                : LocalBuild.here(commit, json).orElseThrow(() -> new CliException(
                        Errors.USAGE, "Run this in an app's repository, or name its directory: caution reproduce --twice DIR"));
    }

    private int report(TwoBuilds builds, BuiltImage first, BuiltImage second) throws IOException {
        boolean same = first.measurements().equals(second.measurements());
        Explanation explanation = builds.compare(first, second);
        List<String> dated = same ? builds.dated(first) : List.of();
        if (json) {
            var out = new LinkedHashMap<String, Object>();
            out.put("reproducible", same);
            out.put("exit_code", same ? 0 : Errors.DIFFERENT);
            out.put("varied", builds.varied());
            out.put("held", TwoBuilds.HELD);
            out.put("first", KnownPcrs.of(first.measurements()));
            out.put("second", KnownPcrs.of(second.measurements()));
            out.put("dated_files", dated);
            out.put("explanation", ExplanationReport.view(explanation));
            out.put("stages", List.of(first.stage().toString(), second.stage().toString()));
            Output.json(out);
            return same ? 0 : Errors.DIFFERENT;
        }
        say("");
        if (same) {
            say(Style.green("✓ Reproducible") + ": both builds have the same measurements.");
            first.measurements().map().forEach((register, value) -> say("  PCR" + register + ": " + value));
            dated.forEach(path -> say(Style.yellow("! ") + Text.printable(path)
                    + " holds today's date: tomorrow's build may differ, which two builds on one day do not show."));
        } else {
            say(Style.red("✗ Not reproducible") + ": the two builds differ, so nobody could verify this app.");
            new ExplanationReport("in the first build", "in the second").lines(explanation).forEach(this::say);
        }
        say("Held still by the sandbox, wherever this is built: " + String.join(", ", TwoBuilds.HELD) + ".");
        say("To look for yourself: " + first.stage() + " and " + second.stage());
        return same ? 0 : Errors.DIFFERENT;
    }

    private BuildListener listener() {
        return json ? BuildListener.SILENT : LocalBuild.listener();
    }

    private void say(String line) {
        if (!json) {
            System.out.println(line);
        }
    }
}
