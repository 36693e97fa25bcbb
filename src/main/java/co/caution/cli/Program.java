package co.caution.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Another program of this machine, run to its end. */
final class Program {

    /** @param output and {@code errors} without the newlines at their ends */
    record Result(int exitCode, String output, String errors) {
        boolean ok() {
            return exitCode == 0;
        }
    }

    private Program() {}

    /**
     * @param limitSeconds after which it is ended: a person may be asked something by then
     * @throws IOException when it cannot be started
     */
    static Result run(List<String> command, byte[] input, int limitSeconds) throws IOException {
        var builder = new ProcessBuilder(command).directory(Surroundings.current().directory().toFile());
        builder.environment().clear();
        builder.environment().putAll(Surroundings.current().environment());
        Process process = builder.start();
        try {
            var errors = CompletableFuture.supplyAsync(() -> read(process.getErrorStream()));
            var output = CompletableFuture.supplyAsync(() -> read(process.getInputStream()));
            try (var in = process.getOutputStream()) {
                in.write(input);
            } catch (IOException e) {
                // It did not want to hear all of it; its exit code says the rest.
            }
            if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
                throw new IOException(command.getFirst() + " did not end within " + limitSeconds + " s");
            }
            return new Result(process.exitValue(), output.join(), errors.join());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted");
        } finally {
            process.destroyForcibly();
        }
    }

    private static String read(InputStream stream) {
        try {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
