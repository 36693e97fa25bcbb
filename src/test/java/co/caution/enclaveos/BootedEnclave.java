package co.caution.enclaveos;

import co.caution.eif.CpioArchive;
import co.caution.eif.CpioEntry;
import co.caution.eif.CpioEntry.Content;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A release with an application in it, booted by QEMU under the release's own host program. */
final class BootedEnclave implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String END = "caution-end-1\n";

    final Path directory;
    final ScriptedModule module;
    final long started = System.nanoTime();
    private final Process host;
    private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();

    /** What goes into ramdisk 1. */
    record App(String manifest, Path program, long ballast, boolean marker) {}

    BootedEnclave(EnclaveOsRelease release, Path directory, App app, int megabytes) throws IOException {
        this.directory = directory;
        Path ramdisks = directory.resolve("ramdisks");
        try (OutputStream out = Files.newOutputStream(ramdisks)) {
            Files.copy(release.ramdisk(), out);
            CpioArchive.write(out, entries(app));
        }
        module = new ScriptedModule(directory.resolve("nsm.sock"));
        host = new ProcessBuilder(command(release, ramdisks, megabytes))
                .redirectError(directory.resolve("host.log").toFile())
                .start();
        Thread.ofVirtual().start(this::readEvents);
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

    private List<String> command(EnclaveOsRelease release, Path ramdisks, int megabytes) {
        return List.of(
                release.host().toString(), "qemu", "--dir", directory.toString(),
                "--nsm", directory.resolve("nsm.sock").toString(), "--port", "49502", "--port", "49503", "--port", "8080", "--",
                "qemu-system-x86_64", "-M", "microvm,acpi=off,memory-backend=m0",
                "-object", "memory-backend-memfd,id=m0,size=" + megabytes + "M,share=on",
                "-accel", "tcg", "-cpu", "max", "-smp", "2", "-m", Integer.toString(megabytes),
                "-nodefaults", "-no-user-config", "-nographic", "-serial", "stdio", "-no-reboot",
                "-chardev", "socket,id=v0,path=" + directory.resolve("vsock.sock"),
                "-device", "vhost-user-vsock-device,chardev=v0", "-device", "i8042",
                "-kernel", release.kernel().toString(), "-initrd", ramdisks.toString(), "-append", release.cmdline());
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
