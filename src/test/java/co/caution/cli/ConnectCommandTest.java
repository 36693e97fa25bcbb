package co.caution.cli;

import static co.caution.cli.ActedOperator.send;
import static org.assertj.core.api.Assertions.assertThat;

import co.caution.attestation.LocalRoot;
import co.caution.eif.Measurements;
import co.caution.verify.KeyHolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process of its own, against an enclave whose evidence and TLS key are real. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConnectCommandTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Measurements MEASURED = new Measurements("a".repeat(96), "b".repeat(96), "c".repeat(96));
    private static final Measurements OTHER = new Measurements("1".repeat(96), "b".repeat(96), "2".repeat(96));
    private static final Pattern LISTENING = Pattern.compile("Listening on http://127\\.0\\.0\\.1:(\\d+)");

    @TempDir
    Path directory;

    private final LocalRoot root = LocalRoot.inMemory(Instant.now().minus(Duration.ofDays(1)), RANDOM);
    private ActedOperator operator;
    private KeyHolder enclave;
    private Process connect;

    @BeforeEach
    void start() throws Exception {
        operator = new ActedOperator(root, RANDOM);
        enclave = new KeyHolder("TLSv1.3");
        Files.writeString(directory.resolve("root.pem"), root.pem());
        Files.writeString(directory.resolve("pcrs"), "PCR0: " + MEASURED.pcr0() + "\nPCR1: " + MEASURED.pcr1() + "\nPCR2: " + MEASURED.pcr2() + "\n");
        runs(MEASURED, enclave);
    }

    @AfterEach
    void stop() throws Exception {
        operator.close();
        enclave.close();
        if (connect != null) {
            connect.destroyForcibly();
        }
    }

    private void runs(Measurements measured, KeyHolder channel) {
        byte[] bindings = ("{\"manifest\":\"" + "0".repeat(96) + "\",\"tls\":\"" + channel.spki() + "\"}").getBytes(StandardCharsets.US_ASCII);
        operator.does((exchange, nonce) -> send(exchange, 200, ("{\"document\":\""
                + Base64.getEncoder().encodeToString(operator.document(measured, nonce, bindings)) + "\",\"bindings\":\""
                + Base64.getEncoder().encodeToString(bindings) + "\",\"hints\":{\"channel\":{\"port\":" + channel.port() + "}}}")
                .getBytes(StandardCharsets.US_ASCII)));
    }

    private Process connect(int port) throws IOException {
        var builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-cp", System.getProperty("java.class.path"), "co.caution.cli.Caution", "connect", operator.url(), "--port", "" + port,
                "--pcrs", "pcrs", "--trust-root", "root.pem", "--allow-simulated", "--every", "1s").directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().put("CAUTION_CONFIG", directory.resolve("config").toString());
        connect = builder.start();
        return connect;
    }

    private static String line(BufferedReader said, Pattern wanted) throws IOException {
        var all = new StringBuilder();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            all.append(line).append('\n');
            var found = wanted.matcher(line);
            if (found.find()) {
                return found.groupCount() > 0 ? found.group(1) : line;
            }
        }
        throw new AssertionError("it did not say " + wanted + ": " + all);
    }

    private static String get(int port) throws IOException {
        try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.shutdownOutput();
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void itLeadsIntoTheVerifiedEnclaveAndOnlyWhileThatIsSo() throws Exception {
        BufferedReader said = connect(0).inputReader(StandardCharsets.UTF_8);
        int port = Integer.parseInt(line(said, LISTENING));
        assertThat(get(port)).isEqualTo("hello");
        try (var second = new KeyHolder("TLSv1.3")) {
            runs(MEASURED, second); // deployed anew: the same code, another key
            line(said, Pattern.compile("verified: the channel is at .*" + second.spki()));
            assertThat(get(port)).isEqualTo("hello");
            runs(OTHER, second); // other code
            line(said, Pattern.compile("REFUSED, nothing is forwarded: .*PCR0, PCR2 differ"));
            assertThat(get(port)).startsWith("HTTP/1.1 502 Bad Gateway").contains("PCR0, PCR2 differ").doesNotContain("hello");
        }
        connect.toHandle().destroy(); // as Ctrl-C does
        assertThat(connect.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(connect.exitValue()).isIn(130, 143);
        assertThat(said.lines().filter(rest -> rest.contains("Exception"))).isEmpty();
    }

    @Test
    void whatDoesNotVerifyIsNeverListenedFor() throws Exception {
        runs(OTHER, enclave);
        BufferedReader said = connect(0).inputReader(StandardCharsets.UTF_8);
        assertThat(said.lines().toList()).anyMatch(line -> line.contains("FAILED")).noneMatch(line -> line.contains("Listening"));
        assertThat(connect.waitFor()).isEqualTo(2);
    }

    @Test
    void aPortThatIsTakenIsOneClearError() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String said = new String(connect(taken.getLocalPort()).getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(said).startsWith("error: Port " + taken.getLocalPort() + " of 127.0.0.1 cannot be had").contains("--port PORT").hasLineCount(1);
            assertThat(connect.waitFor()).isEqualTo(1);
        }
    }
}
