package co.caution.packages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A short command of this machine, run for its output. */
public final class Command {

    /** The outcome; {@code output} holds both standard streams. */
    public record Result(int status, String output) {

        /** Its last line that says something, for an error in one line. */
        public String lastLine() {
            return output.lines().filter(line -> !line.isBlank()).reduce("", (a, b) -> b).strip();
        }
    }

    /** What a child may inherit: never a secret of the service's environment. */
    private static final Set<String> INHERITED =
            Set.of("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY");

    private static final int MAX_OUTPUT = 4 << 20;

    private Command() {}

    /** What a child is given where nothing else is said. */
    public static Map<String, String> environment() {
        var environment = new TreeMap<String, String>();
        System.getenv().forEach((name, value) -> {
            if (INHERITED.contains(name)) {
                environment.put(name, value);
            }
        });
        environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        environment.put("LC_ALL", "C.UTF-8");
        environment.put("TZ", "UTC");
        return environment;
    }

    public static Result run(Path directory, Duration limit, List<String> command) throws IOException, InterruptedException {
        return run(directory, limit, command, environment());
    }

    public static Result run(Path directory, Duration limit, List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(process));
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(command.getFirst() + " did not end within " + limit.toSeconds() + " s");
            }
            return new Result(process.exitValue(), output.join());
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static String read(Process process) {
        try (var in = process.getInputStream()) {
            String text = new String(in.readNBytes(MAX_OUTPUT), StandardCharsets.UTF_8);
            in.skip(Long.MAX_VALUE);
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
