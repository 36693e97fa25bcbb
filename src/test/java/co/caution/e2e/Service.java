package co.caution.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.TestDatabase;
import co.caution.cli.EnclaveOs;
import co.caution.logs.TestLogs;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The service as a process of its own, as people run it, in a home and a cache of its own: it can be killed. */
final class Service implements AutoCloseable {

    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration STOP = Duration.ofSeconds(90);

    final Site site;
    private final Path directory;
    private final Map<String, String> environment;
    private final Set<Path> groups = new TreeSet<>();
    private @Nullable Process process;

    /** @param directory short (Unix sockets lie below it) and private to this service */
    Service(Path directory, Map<String, String> environment) throws Exception {
        Site.requirePrerequisites();
        this.directory = directory;
        this.environment = environment;
        this.site = Site.of(directory.resolve("home"), directory.resolve("cache"));
        copyCache();
        Files.createDirectories(directory.resolve("tmp"));
    }

    /** EnclaveOS takes minutes to compile; what is cached of it is only read, so other names of the same files will do. */
    private void copyCache() throws Exception {
        EnclaveOs.ready(Site.userCache());
        Files.createDirectories(site.cache());
        for (String part : List.of("enclaveos", "layers", "packages", "apt")) {
            Path from = Site.userCache().resolve(part);
            if (Files.isDirectory(from)) {
                run("sh", "-c", "cp -al \"$1\" \"$2\" 2>/dev/null || { rm -rf \"$2/${1##*/}\"; cp -a \"$1\" \"$2\"; }", "sh",
                        from.toString(), site.cache().toString());
            }
        }
    }

    Service start() throws Exception {
        launch();
        awaitHealth(START);
        return this;
    }

    void launch() throws IOException {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + directory.resolve("tmp")));
        command.addAll(TestLogs.arguments("service-" + site.httpPort() + "-" + System.nanoTime()));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "co.caution.cli.Caution",
                "--workdir", site.cache().toString(), "server", "--home", site.home().toString(),
                "--http-port", "" + site.httpPort(), "--ssh-port", "" + site.sshPort(),
                "--app-ports", site.firstPort() + "-" + site.lastPort()));
        var builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().putAll(environment);
        process = builder.start();
    }

    /** All that it says, not only what it logs. */
    Path log() throws IOException {
        return TestLogs.directory().orElse(directory).resolve("service-" + site.httpPort() + ".out");
    }

    /** Waits until it is well; fails with its log when it has ended or takes too long. */
    void awaitHealth(Duration limit) throws Exception {
        long deadline = System.nanoTime() + limit.toNanos();
        while (health() != 200) {
            assertThat(process().isAlive()).as(Files.readString(log())).isTrue();
            assertThat(System.nanoTime()).as(Files.readString(log())).isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    /** 0 when nobody answers. */
    int health() throws InterruptedException {
        try (var client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build()) {
            return client.send(HttpRequest.newBuilder(URI.create(site.server() + "/health")).timeout(Duration.ofSeconds(20)).build(),
                    BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    Process process() {
        return Objects.requireNonNull(process);
    }

    /** As kill -9 does. */
    void kill() throws Exception {
        groups.addAll(Remains.groups(site.cache()));
        process().destroyForcibly().waitFor();
    }

    /** As systemd does: SIGTERM, and the exit code. */
    int stop() throws InterruptedException {
        process().destroy();
        assertThat(process().waitFor(STOP.toSeconds(), TimeUnit.SECONDS)).as("stopped within " + STOP).isTrue();
        return process().exitValue();
    }

    /** Everything of this service at once, as when the power goes; the service first, so that nothing is tidied up. */
    void powerCut() throws Exception {
        groups.addAll(Remains.groups(site.cache()));
        List<ProcessHandle> all = Remains.processes(directory);
        process().destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(handle -> handle.onExit().join());
    }

    /** Its processes by a word of their command line. */
    List<ProcessHandle> processes(String word) {
        return Remains.processes(directory).stream()
                .filter(handle -> Remains.commandLine(handle.pid()).contains(word))
                .toList();
    }

    /** Its processes that run a program, named by how the program's file name begins, as {@code qemu-system}. */
    List<ProcessHandle> running(String program) {
        return Remains.processes(directory).stream()
                .filter(handle -> handle.info().command().orElse("").matches(".*/" + program + "[^/]*"))
                .toList();
    }

    List<ProcessHandle> database() {
        return TestDatabase.processes(site.home().resolve("postgres"));
    }

    Remains remains() {
        return new Remains(directory, groups);
    }

    @Override
    public void close() throws Exception {
        if (process != null && process.isAlive()) {
            stop();
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).as(String.join(" ", command)).isZero();
    }
}
