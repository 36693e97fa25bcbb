package co.caution.hosting.local;

import co.caution.hosting.Enclave;
import co.caution.hosting.EnclaveExit;
import co.caution.hosting.HostingException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One QEMU and the program that runs beside it. That program holds our end of its standard input as a lifeline: when
 * this service dies, however it dies, the pipe closes and both go.
 */
final class LocalEnclave implements Enclave {

    private static final Logger LOG = LoggerFactory.getLogger(LocalEnclave.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final long STOP_SECONDS = 10;

    private final UUID id;
    private final Path directory;
    private final SimulatedNsm nsm;
    private final CompletableFuture<Void> heartbeat = new CompletableFuture<>();
    private final CompletableFuture<EnclaveExit> ended = new CompletableFuture<>();
    private volatile @Nullable EnclaveExit report;
    private @Nullable Process process;

    LocalEnclave(UUID id, Path directory, SimulatedNsm nsm) {
        this.id = id;
        this.directory = directory;
        this.nsm = nsm;
    }

    void start(List<String> command) throws IOException {
        var builder = new ProcessBuilder(command).directory(directory.toFile()).redirectError(directory.resolve("host.log").toFile());
        builder.environment().keySet().retainAll(Set.of("PATH")); // the service's may hold secrets, and QEMU runs other people's code
        process = builder.start();
        Process started = process;
        Thread.ofPlatform().daemon().name("enclave-" + id).start(() -> follow(started));
    }

    CompletableFuture<Void> heartbeat() {
        return heartbeat;
    }

    @Override
    public UUID id() {
        return id;
    }

    @Override
    public SocketChannel connect(int guestPort) throws IOException {
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(directory.resolve("port-" + guestPort + ".sock")));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public CompletionStage<EnclaveExit> ended() {
        return ended;
    }

    @Override
    public synchronized void terminate() {
        Process running = process;
        if (running != null && running.isAlive()) {
            running.destroy();
            try {
                if (!running.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                    running.destroyForcibly();
                }
            } catch (InterruptedException e) {
                running.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
        closeNsm();
        delete(directory);
    }

    /** Reads what the program beside QEMU says, one JSON object a line, until it ends. */
    private void follow(Process process) {
        try (var lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                event(line);
            }
            process.waitFor();
        } catch (IOException e) {
            LOG.debug("enclave {} is being stopped: {}", id, e.getMessage());
        } catch (JacksonException e) {
            LOG.warn("enclave {} said something that was not understood: {}", id, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroy(); // whatever ended the conversation ends the enclave
            closeNsm();
            EnclaveExit exit = report != null ? report : EnclaveExit.host("the enclave's machine ended without a report");
            heartbeat.completeExceptionally(new HostingException(exit.describe() + hostLog()));
            ended.complete(exit);
        }
    }

    private void event(String line) {
        JsonNode event = JSON.readTree(line);
        switch (event.path("event").asString("")) {
            case "heartbeat" -> heartbeat.complete(null);
            case "exit" -> report = exit(event.path("report"));
            default -> LOG.debug("enclave {}: {}", id, line);
        }
    }

    private static EnclaveExit exit(JsonNode report) {
        return new EnclaveExit(
                report.path("phase").asString("host"),
                report.has("code") ? report.path("code").asInt() : null,
                report.path("signal").asString(null),
                report.path("oom").asBoolean(false),
                report.has("failure") ? report.path("failure").asInt() : null,
                report.path("error").asString(null),
                report.path("stderr").asString(null));
    }

    private String hostLog() {
        try {
            String log = Files.readString(directory.resolve("host.log")).strip();
            return log.isEmpty() ? "" : ": " + log.lines().toList().getLast();
        } catch (IOException e) {
            return "";
        }
    }

    private void closeNsm() {
        try {
            nsm.close();
        } catch (IOException e) {
            LOG.debug("nsm: {}", e.getMessage());
        }
    }

    static void delete(Path directory) {
        try {
            FileSystemUtils.deleteRecursively(directory);
        } catch (IOException e) {
            LOG.debug("{} was not removed: {}", directory, e.getMessage());
        }
    }
}
