package co.caution.build;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands in {@code sandbox.sh}: their own user, PID, mount, IPC, UTS and network namespaces. The process holds
 * the other end of the sandbox's standard input; when it closes, by will or by death, everything inside dies.
 */
final class Sandbox {

    private static final Duration CHECK = Duration.ofMillis(200);
    /** Where each limit is set: a property of the service, an option of whoever builds on a machine of their own. */
    private static final String RAISE = "; use less, or raise caution.build.%1$s (of caution build and verify: --build-%1$s)";

    private final Work work;
    private final Path source;
    private final BuildLimits limits;
    private final @Nullable ControlGroup group;
    private final long deadline;

    private Sandbox(Work work, Path source, BuildLimits limits, @Nullable ControlGroup group) {
        this.work = work;
        this.source = source;
        this.limits = limits;
        this.group = group;
        this.deadline = System.nanoTime() + limits.time().toNanos();
    }

    /**
     * @param source the directory that is {@code /source} inside, read-only
     * @param groups where a control group may be had; {@code work} removes it
     */
    static Sandbox open(Work work, Path source, BuildLimits limits, ControlGroups groups)
            throws IOException, InterruptedException {
        String name = "caution-" + work.directory().getFileName();
        return new Sandbox(work, source, limits, groups.make(name, limits, work.groups()).orElse(null));
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
        ProcessBuilder builder =
                new ProcessBuilder(all).directory(work.directory().toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        var output = new Output(process.getInputStream(), limits.log().bytes());
        Thread reader = Thread.ofVirtual().start(output);
        try {
            follow(output, lines);
            int status = process.waitFor();
            requireWithinLimits(status != 0);
            return status;
        } finally {
            kill(process);
            reader.interrupt();
        }
    }

    private void follow(Output output, Consumer<String> lines) throws BuildException, IOException, InterruptedException {
        long nextCheck = System.nanoTime();
        while (true) {
            String line = output.queue.poll(200, TimeUnit.MILLISECONDS);
            if (line == Output.END) {
                if (output.tooMuch) {
                    throw failed("the build printed more than " + limits.log() + "; make it quieter");
                }
                return;
            }
            if (line != null) {
                lines.accept(line);
            }
            long now = System.nanoTime();
            if (now - deadline > 0) {
                requireWithinLimits(false);
                throw over("did not end within " + limits.time().toSeconds() + " s", "time-limit");
            }
            if (now - nextCheck > 0) {
                nextCheck = now + CHECK.toNanos();
                requireWithinLimits(false);
                if (Files.getFileStore(work.directory()).getUsableSpace() < limits.freeDisk().bytes()) {
                    throw failed("the build was stopped because the disk is nearly full: less than "
                            + limits.freeDisk() + " are free; write less, or have the operator make room");
                }
            }
        }
    }

    /**
     * A build that lost a process to a limit is no build, whatever it made of that.
     *
     * @param failed already, so that a process it was refused is the likely reason
     */
    private void requireWithinLimits(boolean failed) throws BuildException, IOException {
        String over = work.verdict();
        if (over.equals("memory") || group != null && group.ranOutOfMemory()) {
            throw over("used more than " + limits.memory() + " of memory", "memory");
        }
        if (over.equals("processes") || failed && group != null && group.ranOutOfProcesses()) {
            throw over("ran more than " + limits.processes() + " processes at once", "processes");
        }
        if (over.equals("disk")) {
            throw over("used more than " + limits.disk() + " of disk", "disk");
        }
        if (over.equals("files")) {
            throw over("had more than " + limits.files() + " files", "files");
        }
    }

    private static BuildException over(String what, String limit) {
        return failed("the build " + what + " and was stopped" + RAISE.formatted(limit));
    }

    private static void kill(Process process) throws IOException {
        boolean interrupted = false;
        try {
            process.getOutputStream().close(); // the lifeline
            if (!process.waitFor(3, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            interrupted = true;
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static BuildException failed(String why) {
        return new BuildException(Phase.IMAGE, why);
    }

    /** Cuts a stream of bytes into lines, as many bytes as are allowed. */
    private static final class Output implements Runnable {

        /** Compared by identity. */
        @SuppressWarnings("StringOperationCanBeSimplified")
        static final String END = new String("end");

        final BlockingQueue<String> queue = new ArrayBlockingQueue<>(1024);
        volatile boolean tooMuch;
        private final InputStream in;
        private final long most;

        Output(InputStream in, long most) {
            this.in = in;
            this.most = most;
        }

        @Override
        public void run() {
            try {
                try {
                    read();
                } catch (IOException e) {
                    // The process is gone; its status says the rest.
                }
                queue.put(END);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void read() throws IOException, InterruptedException {
            var line = new byte[4 * Text.MAX_LINE];
            int length = 0;
            long left = most;
            var buffer = new byte[8192];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                left -= n;
                if (left < 0) {
                    tooMuch = true;
                    return;
                }
                for (int i = 0; i < n; i++) {
                    if (buffer[i] == '\n' || buffer[i] == '\r') {
                        emit(line, length);
                        length = 0;
                    } else if (length < line.length) {
                        line[length++] = buffer[i];
                    }
                }
            }
            emit(line, length);
        }

        private void emit(byte[] line, int length) throws InterruptedException {
            if (length > 0) {
                queue.put(Text.printable(new String(line, 0, length, StandardCharsets.UTF_8)));
            }
        }
    }
}
