package co.caution.app.web;

import co.caution.app.App;
import co.caution.app.Apps;
import co.caution.app.Build;
import co.caution.app.Deployer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What a build says while it is at work, and what it said once it is over. */
final class BuildOutput {

    /**
     * @param state the build's, when that was read: anything but running says that these are the last lines
     * @param written whether anybody writes to it just now; where nobody does, there was nothing to wait for
     */
    record Said(List<String> lines, Build.State state, boolean written) {}

    private final Apps apps;
    private final Deployer deployer;

    BuildOutput(Apps apps, Deployer deployer) {
        this.apps = apps;
        this.deployer = deployer;
    }

    /**
     * @param restart the lines of the last time that its release was started again, instead
     * @param first how many lines the caller has already
     * @param wait how long to wait for the next one
     */
    Said from(App app, Build build, boolean restart, int first, Duration wait) throws IOException, InterruptedException {
        Path log = restart ? deployer.restartLog(build.id()) : deployer.progressLog(build.id());
        var following = deployer.following(log);
        if (following.isPresent()) {
            List<String> lines = following.get().from(first, wait);
            // The log is closed last: whoever reads that a build is over has all that it said, also what found no room in
            // the file.
            boolean over = following.get().endsAt(first + lines.size());
            return new Said(lines, over ? state(app, build) : Build.State.RUNNING, true);
        }
        String all = Files.exists(log) ? new String(Files.readAllBytes(log), StandardCharsets.UTF_8) : ""; // it may be cut off anywhere
        return new Said(all.lines().skip(first).toList(), state(app, build), false);
    }

    private Build.State state(App app, Build build) {
        return apps.build(app, build.id()).state();
    }
}
