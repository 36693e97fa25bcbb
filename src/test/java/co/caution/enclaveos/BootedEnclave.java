package co.caution.enclaveos;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import co.caution.eif.CpioArchive;
import co.caution.eif.CpioEntry;
import co.caution.eif.CpioEntry.Content;
import co.caution.packages.PackageHome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A release with an application in it, booted by QEMU under the release's own host program. */
final class BootedEnclave implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    static final String NO_VSOCK = "no-vsock";
    private static final String END = "caution-end-1\n";

    final Path directory;
    final ScriptedModule module;
    final long started = System.nanoTime();
    private final Process host;
    private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();

    /** What goes into ramdisk 1. */
    record App(String manifest, Path program, long ballast, boolean marker) {}

    BootedEnclave(EnclaveOsRelease release, Path directory, App app, int megabytes) throws IOException {
        this(release, directory, app, megabytes, List.of());
    }

    /** @param options of the host program; {@link #NO_VSOCK} takes the guest's only device away */
    BootedEnclave(EnclaveOsRelease release, Path directory, App app, int megabytes, List<String> options)
            throws IOException {
        this.directory = directory;
        Path ramdisks = directory.resolve("ramdisks");
        try (OutputStream out = Files.newOutputStream(ramdisks)) {
            Files.copy(release.ramdisk(), out);
            CpioArchive.write(out, entries(app));
        }
        module = new ScriptedModule(directory.resolve("nsm.sock"));
        host = new ProcessBuilder(command(release, ramdisks, megabytes, options))
                .redirectError(directory.resolve("host.log").toFile())
                .start();
        Thread.ofVirtual().start(this::readEvents);
    }

    /**
     * The release that was built from these sources. It needs QEMU, and a cache that holds the release:
     * {@code CAUTION_ENCLAVEOS_CACHE}, or {@code .cache/caution/enclaveos} in the home directory.
     */
    static EnclaveOsRelease release() throws Exception {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(dir -> Files.isExecutable(Path.of(dir, "qemu-system-x86_64"))),
                "qemu-system-x86_64 is not installed: apt-get install qemu-system-x86");
        String named = System.getenv("CAUTION_ENCLAVEOS_CACHE");
        Path cache = named != null
                ? Path.of(named)
                : Path.of(System.getProperty("user.home"), ".cache", "caution", "enclaveos");
        Optional<EnclaveOsRelease> built = new EnclaveOsBuilder(
                        cache, new PackageHome(cache.getParent()), EnclaveOsSources.packaged(),
                        KnownLocks.shippedLock().orElse(null))
                .cached();
        assumeTrue(built.isPresent(), "no release of these sources in " + cache + ": build EnclaveOS first");
        return built.get();
    }

    private static List<CpioEntry> entries(App app) {
        List<CpioEntry> entries = new ArrayList<>();
        for (String name : List.of("app", "app/rootfs", "app/rootfs/etc")) {
            entries.add(CpioEntry.directory(name, 0755, 0, 0));
        }
        entries.add(CpioEntry.file(
                "app/manifest.json", 0644, 0, 0, app.manifest().getBytes(StandardCharsets.UTF_8)));
        entries.add(CpioEntry.file("app/rootfs/app", 0755, 0, 0, Content.of(app.program())));
        if (app.ballast() > 0) {
            entries.add(CpioEntry.file("app/rootfs/ballast", 0644, 0, 0, new byte[(int) app.ballast()]));
        }
        if (app.marker()) {
            entries.add(CpioEntry.file("app/~end", 0644, 0, 0, END.getBytes(StandardCharsets.UTF_8)));
        }
        return entries;
    }

    private List<String> command(EnclaveOsRelease release, Path ramdisks, int megabytes, List<String> options) {
        List<String> command = new ArrayList<>(List.of(
                release.host().toString(), "qemu", "--dir", directory.toString(),
                "--nsm", directory.resolve("nsm.sock").toString(), "--port", "49502", "--port", "49503", "--port", "8080"));
        options.stream().filter(option -> !option.equals(NO_VSOCK)).forEach(command::add);
        command.addAll(List.of(
                "--",
                "qemu-system-x86_64", "-M", "microvm,acpi=off,memory-backend=m0",
                "-object", "memory-backend-memfd,id=m0,size=" + megabytes + "M,share=on",
                "-accel", "tcg", "-cpu", "max", "-smp", "2", "-m", Integer.toString(megabytes),
                "-nodefaults", "-no-user-config", "-nographic", "-serial", "stdio", "-no-reboot",
                "-device", "i8042",
                "-kernel", release.kernel().toString(), "-initrd", ramdisks.toString(), "-append", release.cmdline()));
        if (!options.contains(NO_VSOCK)) {
            command.addAll(List.of("-chardev", "socket,id=v0,path=" + directory.resolve("vsock.sock"),
                    "-device", "vhost-user-vsock-device,chardev=v0"));
        }
        return command;
    }

    private void readEvents() {
        try (BufferedReader lines = host.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().forEach(line -> events.add(JSON.readTree(line)));
        } catch (IOException e) {
            // the host is gone
        }
    }

    /** The next event of that name; what comes before it is dropped. */
    JsonNode await(String name) throws InterruptedException, IOException {
        Duration limit = Duration.ofSeconds(60);
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            JsonNode event = events.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (event == null || event.get("event").asString().equals("qemu") && !name.equals("qemu")) {
                throw new AssertionError("no event " + name + "; the console says:\n" + console());
            }
            if (event.get("event").asString().equals(name)) {
                return event;
            }
        }
    }

    /** What comes back for a whole request; the other side ends it. */
    String exchange(int port, String request) throws IOException {
        try (SocketChannel channel = connect(port)) {
            for (var left = ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)); left.hasRemaining(); ) {
                channel.write(left);
            }
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The attestation endpoint's whole answer to a challenge. */
    String challenge() throws IOException {
        String body = "{\"nonce\":\"" + Base64.getEncoder().encodeToString(new byte[32]) + "\"}";
        return exchange(49502, "POST /attestation HTTP/1.1\r\nHost: enclave\r\nConnection: close\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body);
    }

    /** The app's answer to {@code GET /}, as soon as it listens. */
    String get(int port) throws IOException {
        awaitAnswer(port);
        return exchange(port, "GET / HTTP/1.1\r\nHost: enclave\r\nConnection: close\r\n\r\n");
    }

    /** Until the app listens, a connection is closed at once. */
    void awaitAnswer(int port) throws IOException {
        for (long end = System.nanoTime() + 60_000_000_000L; System.nanoTime() < end; Thread.onSpinWait()) {
            try (SocketChannel channel = connect(port)) {
                channel.write(ByteBuffer.wrap("GET / HTTP/1.1\r\nHost: enclave\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
                if (channel.read(ByteBuffer.allocate(1)) > 0) {
                    return;
                }
            } catch (IOException e) {
                // refused
            }
        }
        throw new AssertionError("nobody answers on port " + port + "; the console says:\n" + console());
    }

    SocketChannel connect(int port) throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("port-" + port + ".sock")));
    }

    String console() throws IOException {
        Path log = directory.resolve("console.log");
        return Files.exists(log) ? Files.readString(log, StandardCharsets.ISO_8859_1) : "";
    }

    Process host() {
        return host;
    }

    /** Ends the lifeline, which ends QEMU. */
    @Override
    public void close() throws IOException {
        host.getOutputStream().close();
        try {
            if (!host.waitFor(10, TimeUnit.SECONDS)) {
                host.destroyForcibly();
                throw new AssertionError("the host outlives its lifeline");
            }
        } catch (InterruptedException e) {
            host.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        module.close();
    }
}
