package co.caution.enclaveos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.enclaveos.BootedEnclave.App;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent's duties towards strangers and towards an application that means no good, in booted enclaves. Most of it is
 * asked of one machine; what ends one has its own.
 */
class EnclaveDutiesTest {

    private static final int ATTESTATION = 49502;
    private static final int APP = 8080;
    private static final int CONCURRENT = 50;
    private static final int CONNECTIONS = 200;

    /** The agent took the connection, and the host refused to dial: not a byte comes. */
    private static final String CUT_OFF = "( EOF|.*connection reset by peer)\n";

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static EnclaveOsRelease release;
    private static Path program;
    /** This machine by its name: a name that leads inside, to loopback or to a private address. */
    private static InetAddress here;

    private static ServerSocket outside;
    private static BootedEnclave enclave;

    @BeforeAll
    static void bootOne() throws Exception {
        release = BootedEnclave.release();
        program = TestApp.build(Files.createDirectory(shared.resolve("app")), "duties.go");
        here = InetAddress.getLocalHost();
        outside = new ServerSocket(0, 50, here);
        Thread.ofVirtual().start(EnclaveDutiesTest::answerOutside);
        String pair = here.getHostName() + ":" + outside.getLocalPort();
        enclave = new BootedEnclave(
                release, Files.createDirectory(shared.resolve("one")),
                new App(manifest(pair, "listed.example:443"), program, 0, true), 512,
                List.of("--egress", pair, "--allow-private"));
        enclave.await("heartbeat");
        awaitApp(enclave);
    }

    @AfterAll
    static void end() throws IOException {
        if (enclave != null) {
            enclave.close();
            outside.close();
        }
    }

    @Test
    void fiftyWhoAskAtOnceGetADocumentEachForTheirOwnNonce() throws Exception {
        var start = new CyclicBarrier(CONCURRENT);
        Set<String> documents = new HashSet<>();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < CONCURRENT; i++) {
                byte[] nonce = nonce(i);
                answers.add(clients.submit(() -> {
                    start.await();
                    return talk(enclave, ATTESTATION, challenge(nonce));
                }));
            }
            for (int i = 0; i < CONCURRENT; i++) {
                String document = document(answers.get(i).get());
                assertThat(document).contains(HexFormat.of().formatHex(nonce(i)));
                documents.add(document);
            }
        }
        assertThat(documents).hasSize(CONCURRENT);
    }

    /** Clients that hold on, lie about lengths or speak nonsense get an error or nothing; another one gets its evidence. */
    @Test
    void hostileClientsDoNotKeepAGoodOneFromItsEvidence() throws Exception {
        List<SocketChannel> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                SocketChannel client = enclave.connect(ATTESTATION);
                client.write(bytes("POST /attestation HTTP/1.1\r\nHost: e\r\nX-Slow: "));
                slow.add(client);
            }
            assertThat(document(talk(enclave, ATTESTATION, challenge(nonce(1))))).isNotEmpty();
            assertThat(talk(enclave, ATTESTATION, "\u0000\u0016\u0003\u0001 what?\r\n\r\n")).startsWith("HTTP/1.1 400 ");
            assertThat(talk(enclave, ATTESTATION, "GET / HTTP/1.1\r\nHost: e\r\nX: " + "x".repeat(20_000) + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 431 ");
            assertThat(post("Content-Length: 100000\r\n", "x".repeat(100_000))).startsWith("HTTP/1.1 413 ");
            assertThat(post("Content-Length: -1\r\n", "{}")).startsWith("HTTP/1.1 400 ");
            assertThat(post("Content-Length: 2\r\nContent-Length: 3\r\n", "{}")).startsWith("HTTP/1.1 400 ");
            assertThat(post("Transfer-Encoding: chunked\r\n", "ffffffffffffffffff\r\n{}")).startsWith("HTTP/1.1 400 ");
            assertThat(post("Transfer-Encoding: chunked\r\n", "5\r\n{}\r\n0\r\n\r\n")).startsWith("HTTP/1.1 400 ");
            assertThat(post("Content-Length: 9\r\n", "{}")).as("a body that ends early").startsWith("HTTP/1.1 400 ");
            String piped = talk(enclave, ATTESTATION, challenge(nonce(2)).replace("Connection: close\r\n", "").repeat(9)
                    + challenge(nonce(3)));
            assertThat(piped.split("HTTP/1.1 200 OK", -1)).hasSize(11);
            assertThat(document(talk(enclave, ATTESTATION, challenge(nonce(4))))).isNotEmpty();
        } finally {
            for (SocketChannel client : slow) {
                client.close();
            }
        }
    }

    @Test
    void anEndOfInputReachesTheAppAndItsAnswerComesBack() throws Exception {
        assertThat(talk(enclave, APP, "count\n" + "x".repeat(300_000))).isEqualTo("300000\n");
    }

    @Test
    void twoHundredConnectionsAreOpenAtOnce() throws Exception {
        List<SocketChannel> open = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                SocketChannel client = enclave.connect(APP);
                open.add(client);
                client.write(bytes("echo\n%08d".formatted(i)));
            }
            for (int i = 0; i < CONNECTIONS; i++) {
                assertThat(new String(Channels.newInputStream(open.get(i)).readNBytes(8), StandardCharsets.UTF_8))
                        .isEqualTo("%08d".formatted(i));
            }
            for (int i = CONNECTIONS - 1; i >= 0; i--) { // all of them still are
                open.get(i).write(bytes("again"));
                assertThat(Channels.newInputStream(open.get(i)).readNBytes(5)).isEqualTo("again".getBytes());
            }
        } finally {
            for (SocketChannel client : open) {
                client.close();
            }
        }
    }

    @Test
    void theAppReachesWhatIsListedAndNothingElse() throws Exception {
        String name = here.getHostName();
        int port = outside.getLocalPort();
        assertThat(app("dial " + name + ":" + port + " hello")).isEqualTo("outside heard hello <nil>\n");
        assertThat(app("resolve listed.example")).isEqualTo("[127.64.0.3] <nil>\n");
        assertThat(app("resolve unlisted.example")).startsWith("[] lookup unlisted.example");
        assertThat(app("dial " + name + ":" + (port ^ 1) + " hello")).contains("refused");
        assertThat(app("dial 192.0.2.1:80 hello")).contains("network is unreachable");
        assertThat(app("dial listed.example:443 hello")).as("measured, and the host was not told to dial it")
                .matches(CUT_OFF);
    }

    @Test
    void orphansThatEndAreReaped() throws Exception {
        assertThat(app("zombies 300")).isEqualTo("0 left\n");
    }

    @Test
    void whatTheAppPrintsDoesNotReachTheHost() throws Exception {
        assertThat(app("talk")).isEqualTo("done\n");
        assertThat(enclave.console()).contains("application started").doesNotContain("said on");
    }

    /** The host looks a listed name up and finds itself: it does not dial, and nobody is called. */
    @Test
    void aNameThatLeadsInsideIsNotDialledAndASignalIsReported() throws Exception {
        try (ServerSocket inside = new ServerSocket(0, 5, here)) {
            String named = here.getHostName() + ":" + inside.getLocalPort();
            try (BootedEnclave other = boot(512, List.of("--egress", named), named)) {
                assertThat(talk(other, APP, "dial " + named + " hello\n"))
                        .matches(CUT_OFF);
                inside.setSoTimeout(1);
                assertThatThrownBy(inside::accept).isInstanceOf(SocketTimeoutException.class);
                other.connect(APP).write(bytes("signal 9\n"));
                assertThat(other.await("exit").get("report").toString())
                        .isEqualTo("{\"phase\":\"app\",\"signal\":\"SIGKILL\",\"oom\":false}");
            }
        }
    }

    @Test
    void anAgentThatNobodyAnswersEndsTheEnclave() throws Exception {
        try (BootedEnclave alone = new BootedEnclave(
                release, directory, new App(manifest(), program, 0, true), 256, List.of(BootedEnclave.NO_VSOCK))) {
            assertThat(alone.await("qemu").get("code").asInt()).isZero();
            assertThat(alone.console()).contains("end: boot:").contains("heartbeat").doesNotContain("application started");
        }
    }

    /** Bounded by the group's 4096, or before that by the limit that the kernel derives from its memory. */
    @Test
    @Tag("full")
    void aForkBombIsBounded() throws Exception {
        try (BootedEnclave bombed = boot(1024, List.of());
                SocketChannel bomb = bombed.connect(APP);
                InputStream in = Channels.newInputStream(bomb)) {
            bomb.write(bytes("fork\n"));
            String forked = line(in);
            assertThat(forked).endsWith("resource temporarily unavailable");
            assertThat(Integer.parseInt(forked.split(" ")[0])).isBetween(1000, 4096);
        }
    }

    private BootedEnclave boot(int megabytes, List<String> options, String... egress) throws Exception {
        var booted = new BootedEnclave(
                release, directory, new App(manifest(egress), program, 0, true), megabytes, options);
        booted.await("heartbeat");
        awaitApp(booted);
        return booted;
    }

    private static String manifest(String... egress) {
        String pairs = egress.length == 0 ? "" : "\"egress\":[\"" + String.join("\",\"", egress) + "\"],";
        return ("{\"manifest\":2,\"pipeline\":2,\"files\":\"" + "0".repeat(64) + "\",\"argv\":[\"/app\"],\"env\":[],\"workdir\":\"/\","
                        + "\"user\":{\"uid\":1000,\"gid\":1000,\"groups\":[1000]},\"ports\":[8080],%s\"stderr\":false}")
                .formatted(pairs);
    }

    private static void answerOutside() {
        while (true) {
            try (Socket client = outside.accept()) {
                client.getOutputStream().write(("outside heard " + line(client.getInputStream()) + "\n").getBytes());
            } catch (IOException e) {
                if (outside.isClosed()) {
                    return;
                }
            }
        }
    }

    /** Until the app listens, a connection is closed at once. */
    private static void awaitApp(BootedEnclave booted) throws IOException {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!talk(booted, APP, "echo\nready").equals("ready")) {
            assertThat(System.nanoTime()).as("the app never listened; the console says:\n%s", booted.console()).isLessThan(end);
        }
    }

    private static String app(String line) throws IOException {
        return talk(enclave, APP, line + "\n");
    }

    private static String post(String headers, String body) throws IOException {
        return talk(enclave, ATTESTATION, "POST /attestation HTTP/1.1\r\nHost: e\r\nConnection: close\r\n" + headers + "\r\n" + body);
    }

    private static byte[] nonce(int seed) {
        return ByteBuffer.allocate(32).putInt(28, seed).putInt(0, ~seed).array();
    }

    private static String challenge(byte[] nonce) {
        String body = "{\"nonce\":\"" + Base64.getEncoder().encodeToString(nonce) + "\"}";
        return "POST /attestation HTTP/1.1\r\nHost: e\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    /** The document of an answer, in hexadecimal. */
    private static String document(String answer) {
        assertThat(answer).startsWith("HTTP/1.1 200 OK");
        String encoded = answer.replaceFirst("(?s).*\"document\":\"([^\"]*)\".*", "$1");
        return HexFormat.of().formatHex(Base64.getDecoder().decode(encoded));
    }

    /** Says it all, ends its half, and reads until the other one ends; what a reset cut off is what had come. */
    private static String talk(BootedEnclave booted, int port, String text) throws IOException {
        var answer = new ByteArrayOutputStream();
        try (SocketChannel channel = booted.connect(port)) {
            Thread writer = Thread.ofVirtual().start(() -> say(channel, text));
            Channels.newInputStream(channel).transferTo(answer);
            writer.join();
        } catch (IOException e) {
            // the answer, as far as it came, says it
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return answer.toString(StandardCharsets.UTF_8);
    }

    private static void say(SocketChannel channel, String text) {
        try {
            ByteBuffer left = bytes(text);
            while (left.hasRemaining()) {
                channel.write(left);
            }
            channel.shutdownOutput();
        } catch (IOException e) {
            // the reader sees it, too
        }
    }

    private static String line(InputStream in) throws IOException {
        var text = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            text.append((char) c);
        }
        return text.toString();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
