package co.caution.enclaveos;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.enclaveos.BootedEnclave.App;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What EnclaveOS takes of an enclave's memory. The figures that it prints are those of docs/reference/enclaveos.md. */
@Tag("full")
class FootprintTest {

    private static final int GIVEN = 512;
    private static final long MIB = 1 << 20;
    private static final Pattern AVAILABLE = Pattern.compile("MemAvailable: +(\\d+) kB");

    @TempDir
    static Path appDirectory;

    @TempDir
    Path directory;

    private static EnclaveOsRelease release;
    private static Path program;

    @BeforeAll
    static void needs() throws Exception {
        release = BootedEnclave.release();
        program = TestApp.build(appDirectory);
    }

    /**
     * Kernel, agent and the application's shim, all of them at work. What a machine's own size costs it (64 bytes for each
     * page of 4 KiB) is named apart; pages that wait in a processor's list are free, although MemFree leaves them out.
     */
    @Test
    void enclaveOsTakesLessThan48MibAndTwoHundredConnectionsLessThan64More() throws Exception {
        try (BootedEnclave enclave = boot(GIVEN)) {
            enclave.await("heartbeat");
            enclave.awaitAnswer(8080);
            assertThat(enclave.challenge()).startsWith("HTTP/1.1 200 OK");
            String all = everything(enclave);
            long pages = GIVEN / 64;
            long listed = sum(all, "              count: +(\\d+)") * 4;
            long free = (sum(all, "MemFree: +(\\d+) kB") + listed) / 1024;
            long application = (sum(all, "RssAnon:\\s+(\\d+) kB") + Files.size(program) / 1024) / 1024;
            long taken = GIVEN - pages - free - application;
            System.out.printf("EnclaveOS takes %d MiB of %d, and %d for its pages%n", taken, GIVEN, pages);
            assertThat(listed).isPositive();
            assertThat(taken + pages).isLessThan(48);

            List<SocketChannel> held = new ArrayList<>();
            try {
                long first = available(enclave, held);
                long last = first;
                for (int i = 1; i < 200; i++) {
                    last = available(enclave, held);
                }
                System.out.printf("200 connections take %d MiB, the application's side among it%n", (first - last) / 1024);
                assertThat(first - last).isLessThan(64 * 1024);
            } finally {
                for (SocketChannel channel : held) {
                    channel.close();
                }
            }
        }
    }

    /** The builder's rule: four times the image, and twice what it unpacks to and 60 MiB. */
    @Test
    void theLeastMemoryThatTheBuilderAllowsIsEnough() throws Exception {
        long unpacked = Files.size(release.ramdisk()) + Files.size(program);
        long image = unpacked + Files.size(release.kernel());
        int least = (int) Math.max(4 * image / MIB + 1, 2 * unpacked / MIB + 1 + 60);
        System.out.printf("the least memory for an app of %d KiB: %d MiB%n", Files.size(program) / 1024, least);
        try (BootedEnclave enclave = boot(least)) {
            enclave.await("heartbeat");
            enclave.awaitAnswer(8080);
            assertThat(enclave.challenge()).startsWith("HTTP/1.1 200 OK");
        }
    }

    private BootedEnclave boot(int megabytes) throws IOException {
        return new BootedEnclave(release, directory, new App(manifest(), program, 0, true), megabytes);
    }

    private static String manifest() {
        return "{\"manifest\":2,\"pipeline\":2,\"argv\":[\"/app\",\"memory\"],\"env\":[],\"workdir\":\"/\","
                + "\"user\":{\"uid\":0,\"gid\":0,\"groups\":[]},\"ports\":[8080]}";
    }

    private static String everything(BootedEnclave enclave) throws IOException {
        try (SocketChannel channel = enclave.connect(8080)) {
            channel.write(ByteBuffer.wrap("more".getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static long sum(String text, String pattern) {
        return Pattern.compile("(?m)^" + pattern).matcher(text).results().mapToLong(found -> Long.parseLong(found.group(1))).sum();
    }

    /** What the application sees of the enclave's memory, in KiB, once one more connection is open. */
    private static long available(BootedEnclave enclave, List<SocketChannel> held) throws IOException {
        SocketChannel channel = enclave.connect(8080);
        held.add(channel);
        var lines = new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            var match = AVAILABLE.matcher(line);
            if (match.find()) {
                return Long.parseLong(match.group(1));
            }
        }
        throw new AssertionError("the connection ended");
    }
}
