package co.caution.build;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The processes of one build, run one after the other: what they print, how long they may take, and their end. */
final class BuildProcess {

    private static final Duration CHECK = Duration.ofMillis(200);
    /** Where each limit is set: a property of the service, an option of whoever builds on a machine of their own. */
    private static final String RAISE = "; use less, or raise caution.build.%1$s (of caution build and verify: --build-%1$s)";

    /** Looks whether a limit was met that this class knows nothing of. */
    interface Check {
        void now() throws BuildException, IOException;
    }

    private final Path directory;
    private final BuildLimits limits;
    private final long deadline;

    BuildProcess(Path directory, BuildLimits limits) {
        this.directory = directory;
        this.limits = limits;
        this.deadline = System.nanoTime() + limits.time().toNanos();
    }

    /**
     * Runs until the process and all that it started have closed its output; nothing runs on when this returns.
     *
     * @param lines told each line of output, printable, by the calling thread
     * @param check run now and then
     * @return the exit status
     */
    int run(ProcessBuilder builder, Consumer<String> lines, Check check)
            throws BuildException, IOException, InterruptedException {
        Process process = builder.directory(directory.toFile()).redirectErrorStream(true).start();
        var output = new Output(process.getInputStream(), limits.log().bytes());
        Thread reader = Thread.ofPlatform().daemon().start(output);
        try {
            follow(output, lines, check);
            return process.waitFor();
        } finally {
            kill(process);
            reader.interrupt();
        }
    }

    private void follow(Output output, Consumer<String> lines, Check check)
            throws BuildException, IOException, InterruptedException {
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
                check.now();
                throw over("did not end within " + limits.time().toSeconds() + " s", "time-limit");
            }
            if (now - nextCheck > 0) {
                nextCheck = now + CHECK.toNanos();
                check.now();
                if (Files.getFileStore(directory).getUsableSpace() < limits.freeDisk().bytes()) {
                    throw failed("the build was stopped because the disk is nearly full: less than "
                            + limits.freeDisk() + " are free; write less, or have the operator make room");
                }
            }
        }
    }

    static BuildException over(String what, String limit) {
        return failed("the build " + what + " and was stopped" + RAISE.formatted(limit));
    }

    private static BuildException failed(String why) {
        return new BuildException(Phase.IMAGE, why);
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
