package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.sshkey.SshPublicKey;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** A server that takes proof, and whose connection breaks after it has done what was asked, before it says so. */
class ProvenRetryTest {

    @TempDir
    Path directory;

    private final List<String> proofs = new CopyOnWriteArrayList<>();
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private final List<String> given = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private Path key;

    @BeforeEach
    void start() throws Exception {
        key = new Person(directory, "http://localhost:1").key("id_ed25519");
        String fingerprint = SshPublicKey.parse(Files.readString(key).strip()).fingerprint();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                String proof = exchange.getRequestHeaders().getFirst("Caution-Proof");
                Object answer;
                int status = 201;
                if (exchange.getRequestURI().getPath().equals("/api/proofs")) {
                    String id = UUID.randomUUID().toString();
                    given.add(id);
                    answer = Map.of("id", id, "user", "kim", "challenge", "c" + given.size(), "ssh_keys", List.of(fingerprint));
                } else {
                    keys.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
                    if (proof == null) {
                        status = 403;
                        answer = Map.of("code", "proof_required", "detail", "proof is missing");
                    } else {
                        proofs.add(proof.substring(0, proof.indexOf(' ')));
                        if (proofs.size() == 1) {
                            return; // the connection breaks
                        }
                        answer = Map.of("id", "made");
                    }
                }
                byte[] body = new JsonMapper().writeValueAsString(answer).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aCallWhoseConnectionBrokeIsSentAgainWithItsKeyAndAProofOfItsOwn() throws Exception {
        Path secret = Path.of(key.toString().replace(".pub", ""));
        var api = new ApiClient("http://localhost:" + server.getAddress().getPort(), "caution_x", SSLContext.getDefault())
                .proving(new Proving(secret, Optional.empty(), "kim"));

        assertThat(api.create("/api/account/ssh-keys", Map.of("ssh_key", "x")).path("id").asString()).isEqualTo("made");

        assertThat(proofs).as("the first one is used up").hasSize(2).doesNotHaveDuplicates().isEqualTo(new ArrayList<>(given));
        assertThat(keys).as("without proof, with it, and again").hasSize(3).containsOnly(keys.getFirst()).doesNotContainNull();
    }
}
