package co.caution.build;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands in {@code sandbox.sh}: their own user, PID, mount, IPC, UTS and network namespaces. The process holds
 * the other end of the sandbox's standard input; when it closes, by will or by death, everything inside dies.
 */
final class Sandbox {

    private final Work work;
    private final Path source;
    private final BuildLimits limits;
    private final @Nullable ControlGroup group;
    private final BuildProcess process;

    private final Circumstances circumstances;

    private Sandbox(
            Work work, Path source, BuildLimits limits, @Nullable ControlGroup group, Circumstances circumstances) {
        this.circumstances = circumstances;
        this.work = work;
        this.source = source;
        this.limits = limits;
        this.group = group;
        this.process = new BuildProcess(work.directory(), limits);
    }

    /**
     * @param source the directory that is {@code /source} inside, read-only
     * @param groups where a control group may be had; {@code work} removes it
     */
    static Sandbox open(Work work, Path source, BuildLimits limits, ControlGroups groups)
            throws IOException, InterruptedException {
        String name = "caution-" + work.directory().getFileName();
        return new Sandbox(work, source, limits, groups.make(name, limits, work.groups()).orElse(null), Circumstances.USUAL);
    }

    Sandbox under(Circumstances other) {
        return new Sandbox(work, source, limits, group, other);
    }

    /** Who holds the build to its limits, for the log. */
    String guard() {
        return "memory at most " + limits.memory() + ", " + limits.processes() + " processes: "
                + (group != null ? "held by a control group" : "watched twice a second, for want of a control group");
    }

    /**
     * @param lines told each line of output, printable, by the calling thread
     * @return the exit status
     */
    int run(boolean network, List<String> command, Consumer<String> lines)
            throws BuildException, IOException, InterruptedException {
        var all = new ArrayList<>(List.of(
                "sh",
                work.script().toString(),
                "host",
                work.directory().toString(),
                source.toString(),
                work.bases().toString(),
                network ? "on" : "off",
                String.valueOf(limits.disk().kibibytes()),
                String.valueOf(limits.files()),
                group != null ? "0" : String.valueOf(limits.memory().kibibytes()),
                String.valueOf(limits.processes()),
                String.valueOf(limits.file().bytes())));
        all.addAll(command);
        var builder = new ProcessBuilder();
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        builder.command(circumstances.around(all, builder.environment()));
        int status = process.run(builder, lines, () -> requireWithinLimits(false));
        requireWithinLimits(status != 0);
        return status;
    }

    /**
     * A build that lost a process to a limit is no build, whatever it made of that.
     *
     * @param failed already, so that a process it was refused is the likely reason
     */
    private void requireWithinLimits(boolean failed) throws BuildException, IOException {
        String over = work.verdict();
        if (over.equals("memory") || group != null && group.ranOutOfMemory()) {
            throw BuildProcess.over("used more than " + limits.memory() + " of memory", "memory");
        }
        if (over.equals("processes") || failed && group != null && group.ranOutOfProcesses()) {
            throw BuildProcess.over("ran more than " + limits.processes() + " processes at once", "processes");
        }
        if (over.equals("disk")) {
            throw BuildProcess.over("used more than " + limits.disk() + " of disk", "disk");
        }
        if (over.equals("files")) {
            throw BuildProcess.over("had more than " + limits.files() + " files", "files");
        }
    }
}
