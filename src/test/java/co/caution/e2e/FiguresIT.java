package co.caution.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Measures pushes and memory of a service that runs as operators run it, and prints what the documentation quotes. */
@Tag("full")
class FiguresIT {

    private static final String EXAMPLE = "docs/examples/hello";
    private static final int APPS = 10;

    @TempDir
    Path directory;

    private final StringBuilder figures = new StringBuilder();

    @Test
    void pushesAndMemory() throws Exception {
        try (var service = new Service(directory, Map.of()).start()) {
            measure(service);
        }
        System.out.println(figures);
    }

    private void measure(Service service) throws Exception {
        var developer = new Developer(service.site, directory.resolve("dev"), "dev", true).withExample(EXAMPLE);
        developer.caution("init", "--name", "app-0");
        developer.commit("Link the app");
        push(developer); // fills the caches
        memory("at rest, one app live", service);
        for (int i = 0; i < 3; i++) {
            developer.write("note.txt", "" + i).commit("Push " + i);
            phases(push(developer));
        }
        List<Developer> others = new ArrayList<>();
        for (int i = 1; i <= APPS; i++) {
            var other = new Developer(service.site, directory.resolve("dev-" + i), "dev" + i, true).withExample(EXAMPLE);
            other.caution("init", "--name", "app-" + i);
            others.add(other.commit("Link the app"));
        }
        long start = System.nanoTime();
        var pushes = new ArrayList<Conversation>();
        for (Developer other : others) {
            pushes.add(other.begin("git", "push", "caution", "main"));
        }
        pushes.get(APPS / 2).await("Starting enclave");
        memory("in the middle of " + APPS + " pushes", service);
        var seconds = new ArrayList<String>();
        for (Conversation push : pushes) {
            var result = push.end();
            assertThat(result.exitCode()).as(result.output()).isZero();
            seconds.add(String.format("%.1f", push.millis("Deployment successful") / 1e3));
        }
        figures.append(APPS).append(" pushes at once: ")
                .append(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start))
                .append(" s in all; each, in the order they were begun: ").append(String.join(", ", seconds)).append(" s\n");
        memory("at rest, " + (APPS + 1) + " apps live", service);
    }

    private static Conversation push(Developer developer) throws Exception {
        Conversation push = developer.begin("git", "push", "caution", "main");
        var result = push.end();
        assertThat(result.exitCode()).as(result.output()).isZero();
        return push;
    }

    /** Between the lines that the pusher sees. */
    private void phases(Conversation push) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("connect, receive", "Received");
        lines.put("wait, look", "Exporting source");
        lines.put("export, Procfile", "Fetching base images");
        lines.put("bases", "Building image");
        lines.put("image", "Flattening image");
        lines.put("flatten", "Building enclave image");
        lines.put("EIF", "Built EIF");
        lines.put("record", "Starting enclave");
        lines.put("start, attest", "Attested");
        lines.put("healthy", "Healthy");
        lines.put("live", "Deployment successful");
        long before = 0;
        figures.append("push of the example, cached: ").append(push.millis("Deployment successful")).append(" ms:");
        for (var line : lines.entrySet()) {
            long at = push.millis(line.getValue());
            figures.append(' ').append(line.getKey()).append(' ').append(at - before).append(';');
            before = at;
        }
        figures.append('\n');
    }

    private void memory(String when, Service service) throws Exception {
        // The processes of a database share most of what they hold: the share of each, not the whole of each.
        long database = service.processes("postgres").stream()
                .filter(process -> process.pid() != service.process().pid()) // its class path names the driver
                .mapToLong(process -> mib(process, "Pss:"))
                .sum();
        var enclaves = service.processes("qemu-system").stream()
                .filter(process -> Remains.commandLine(process.pid()).startsWith("qemu-system"))
                .map(process -> mib(process, "Rss:"))
                .sorted()
                .toList();
        assertThat(enclaves).isNotEmpty();
        figures.append("memory, MiB, ").append(when).append(": service ").append(mib(service.process().toHandle(), "Rss:"))
                .append(", PostgreSQL ").append(database).append(", QEMU ").append(enclaves).append('\n');
    }

    private static long mib(ProcessHandle process, String field) {
        try (var lines = Files.lines(Path.of("/proc/" + process.pid() + "/smaps_rollup"))) {
            return lines.filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum() >> 10;
        } catch (IOException | UncheckedIOException e) {
            return 0; // gone meanwhile
        }
    }
}
