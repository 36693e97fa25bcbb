package co.caution.enclaveos;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.enclaveos.BootedEnclave.App;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Boots the release that was built from these sources, with real bytes. It needs QEMU, and a cache that holds the release:
 * {@code CAUTION_ENCLAVEOS_CACHE}, or {@code .cache/caution/enclaveos} in the home directory.
 */
class EnclaveBootTest {

    private static final int PORT = 8080;
    private static final int ATTESTATION = 49502;

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

    @Test
    void anAppIsServedAndAttested() throws Exception {
        String manifest = manifest("echo", false);
        try (BootedEnclave enclave = boot(manifest)) {
            enclave.await("heartbeat");
            System.out.printf("exec to heartbeat: %d ms%n", (System.nanoTime() - enclave.started) / 1_000_000);
            byte[] sent = new byte[1 << 20];
            new Random(1).nextBytes(sent);
            assertThat(echo(enclave, sent)).isEqualTo(sent);

            byte[] nonce = HexFormat.of().parseHex("0123456789abcdef".repeat(4));
            String answer = post(enclave, "{\"nonce\":\"" + Base64.getEncoder().encodeToString(nonce) + "\"}");
            assertThat(answer).startsWith("HTTP/1.1 200 OK").contains("\"manifest\":" + manifest + ",");
            JsonNode body = new JsonMapper().readTree(answer.substring(answer.indexOf("\r\n\r\n")));
            byte[] bindings = Base64.getDecoder().decode(body.get("bindings").asString());
            assertThat(new String(bindings, StandardCharsets.UTF_8))
                    .matches("\\{\"manifest\":\"" + sha384(manifest.getBytes(StandardCharsets.UTF_8)) + "\",\"tls\":\"[0-9a-f]{64}\"}");
            String document = HexFormat.of().formatHex(Base64.getDecoder().decode(body.get("document").asString()));
            String prefix = HexFormat.of().formatHex("caution1:".getBytes(StandardCharsets.US_ASCII));
            assertThat(document).contains(prefix + sha384(bindings)).contains(HexFormat.of().formatHex(nonce));

            assertThat(enclave.module.randoms).hasPositiveValue();
            assertThat(enclave.module.documents).hasValue(1);
            assertThat(post(enclave, "{}")).startsWith("HTTP/1.1 400 ").endsWith("{\"errors\":[\"nonce is missing\"]}");
        }
    }

    @Test
    void theAppIsApartFromTheAgent() throws Exception {
        try (BootedEnclave enclave = boot(manifest("escape", false))) {
            enclave.await("heartbeat");
            assertThat(new String(echo(enclave, new byte[0]), StandardCharsets.UTF_8))
                    .contains("vsock: operation not permitted", "unshare: operation not permitted")
                    .contains("mount: operation not permitted", "uid: 1000 1000")
                    .contains("agent: stat /init: no such file or directory")
                    .contains("module: stat /dev/nsm: no such file or directory");
        }
    }

    @Test
    void anExitCodeIsReportedAndWordsOnlyWhenMeasured() throws Exception {
        try (BootedEnclave enclave = boot(manifest("exit", false))) {
            assertThat(enclave.await("exit").get("report").toString()).isEqualTo("{\"phase\":\"app\",\"code\":3}");
            assertThat(enclave.await("qemu").get("code").asInt()).isZero();
            assertThat(enclave.console()).doesNotContain("last words", "not for the host");
        }
    }

    @Test
    void lastWordsAreReportedWhereTheManifestSaysSo() throws Exception {
        try (BootedEnclave enclave = boot(manifest("exit", true))) {
            assertThat(enclave.await("exit").get("report").toString())
                    .isEqualTo("{\"phase\":\"app\",\"code\":3,\"stderr\":\"last words\\n\"}");
            assertThat(enclave.console()).doesNotContain("last words");
        }
    }

    @Test
    void anAppThatEatsAllMemoryIsKilledAndTheAgentIsNot() throws Exception {
        try (BootedEnclave enclave = boot(new App(manifest("eat", false), program, 0, true), 256)) {
            assertThat(enclave.await("exit").get("report").toString())
                    .isEqualTo("{\"phase\":\"app\",\"signal\":\"SIGKILL\",\"oom\":true}");
        }
    }

    @Test
    void aMissingProgramIsNamed() throws Exception {
        try (BootedEnclave enclave = boot(manifest("exit", false).replace("/app", "/nothing"))) {
            assertThat(enclave.await("exit").get("report").toString())
                    .isEqualTo("{\"phase\":\"app\",\"failure\":31,\"error\":\"exec /nothing: no such file or directory\"}");
        }
    }

    @Test
    void aRamdiskThatDidNotFitIsRefusedWithTheMemoryThatWouldDo() throws Exception {
        try (BootedEnclave enclave = boot(new App(manifest("echo", false), program, 70 << 20, true), 128)) {
            assertThat(enclave.await("exit").get("report").toString())
                    .contains("\"phase\":\"boot\"", "\"failure\":11", "truncated", "memory_mb: 256");
            assertThat(enclave.console()).doesNotContain("application started");
        }
    }

    @Test
    void anImageWithoutItsEndMarkerIsRefused() throws Exception {
        try (BootedEnclave enclave = boot(new App(manifest("echo", false), program, 0, false), 512)) {
            assertThat(enclave.await("exit").get("report").toString()).contains("no end marker");
        }
    }

    @Test
    void nothingOutlivesAHostThatIsKilled() throws Exception {
        try (BootedEnclave enclave = boot(manifest("echo", false))) {
            ProcessHandle qemu = ProcessHandle.of(enclave.await("started").get("pid").asLong()).orElseThrow();
            enclave.host().destroyForcibly();
            qemu.onExit().get(10, TimeUnit.SECONDS);
            assertThat(qemu.isAlive()).isFalse();
        }
    }

    private BootedEnclave boot(String manifest) throws IOException {
        return boot(new App(manifest, program, 0, true), 512);
    }

    private BootedEnclave boot(App app, int megabytes) throws IOException {
        return new BootedEnclave(release, directory, app, megabytes);
    }

    private static String manifest(String mode, boolean stderr) {
        return ("{\"manifest\":2,\"pipeline\":2,\"argv\":[\"/app\",\"%s\"],\"env\":[],\"workdir\":\"/\","
                        + "\"user\":{\"uid\":1000,\"gid\":1000,\"groups\":[1000]},\"ports\":[8080],\"stderr\":%s}")
                .formatted(mode, stderr);
    }

    /** Until the app listens, a connection is closed at once. */
    private static byte[] echo(BootedEnclave enclave, byte[] bytes) throws IOException {
        long end = System.nanoTime() + 30_000_000_000L;
        while (true) {
            try (SocketChannel channel = enclave.connect(PORT)) {
                Thread writer = Thread.ofVirtual().start(() -> send(channel, bytes));
                byte[] answer = Channels.newInputStream(channel).readAllBytes();
                writer.join();
                if (answer.length > 0) {
                    return answer;
                }
            } catch (IOException e) {
                // refused
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            assertThat(System.nanoTime()).as("the app never listened").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private static void send(SocketChannel channel, byte[] bytes) {
        try {
            ByteBuffer left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                channel.write(left);
            }
            channel.shutdownOutput();
        } catch (IOException e) {
            // the reader sees it, too
        }
    }

    private static String post(BootedEnclave enclave, String body) throws IOException {
        return enclave.exchange(ATTESTATION, "POST /attestation HTTP/1.1\r\nHost: enclave\r\nConnection: close\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body);
    }

    private static String sha384(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-384").digest(bytes));
    }
}
