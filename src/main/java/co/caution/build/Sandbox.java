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

/**
 * Runs commands in {@code sandbox.sh}: their own user, PID, mount, IPC, UTS and network namespaces. The process holds
 * the other end of the sandbox's standard input; when it closes, by will or by death, everything inside dies.
 */
final class Sandbox {

    private static final Duration DISK_CHECK = Duration.ofSeconds(1);

    private final Work work;
    private final Path source;
    private final BuildLimits limits;
    private final long deadline;

    /**
     * @param source the directory that is {@code /source} inside, read-only
     */
    Sandbox(Work work, Path source, BuildLimits limits) {
        this.work = work;
        this.source = source;
        this.limits = limits;
        this.deadline = System.nanoTime() + limits.time().toNanos();
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
                String.valueOf(limits.processes()),
                String.valueOf(limits.fileBytes())));
        all.addAll(command);
        ProcessBuilder builder =
                new ProcessBuilder(all).directory(work.directory().toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        var output = new Output(process.getInputStream(), limits.logBytes());
        Thread reader = Thread.ofVirtual().start(output);
        try {
            follow(output, lines);
            return process.waitFor();
        } finally {
            kill(process);
            reader.interrupt();
        }
    }

    private void follow(Output output, Consumer<String> lines) throws BuildException, IOException, InterruptedException {
        long nextDiskCheck = System.nanoTime();
        while (true) {
            String line = output.queue.poll(200, TimeUnit.MILLISECONDS);
            if (line == Output.END) {
                if (output.tooMuch) {
                    throw failed("the build printed more than " + (limits.logBytes() >> 10) + " KiB; make it quieter");
                }
                return;
            }
            if (line != null) {
                lines.accept(line);
            }
            long now = System.nanoTime();
            if (now - deadline > 0) {
                throw failed("the build did not end within " + limits.time().toSeconds()
                        + " s and was stopped; make it shorter, or have the operator raise the limit");
            }
            if (now - nextDiskCheck > 0) {
                nextDiskCheck = now + DISK_CHECK.toNanos();
                if (Files.getFileStore(work.directory()).getUsableSpace() < limits.freeDiskBytes()) {
                    throw failed("the build was stopped because the disk is nearly full: less than "
                            + (limits.freeDiskBytes() >> 20) + " MiB are free; write less, or have the operator make room");
                }
            }
        }
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
