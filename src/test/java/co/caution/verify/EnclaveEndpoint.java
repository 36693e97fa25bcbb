package co.caution.verify;

import co.caution.attestation.LocalRoot;
import co.caution.attestation.NsmRequest;
import co.caution.attestation.NsmResponse;
import co.caution.attestation.SoftwareNsm;
import co.caution.eif.Measurements;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/** An attestation endpoint whose evidence is genuine under a root of its own, with bindings and hints as a test wants them. */
final class EnclaveEndpoint implements AutoCloseable {

    static final Measurements MEASURED = new Measurements("0a".repeat(48), "1b".repeat(48), "2c".repeat(48));
    private static final String MANIFEST = "{\"manifest\":1}";
    private static final JsonMapper JSON = new JsonMapper();

    final LocalRoot root = LocalRoot.inMemory(Instant.now(), new SecureRandom());
    private final SoftwareNsm module =
            new SoftwareNsm(root, MEASURED, "i-0123456789abcdef0-enc0123456789abcdef", InstantSource.system(), new SecureRandom());
    private final HttpServer server;
    private final Optional<String> spki;
    private final String hints;

    EnclaveEndpoint(Optional<String> spki, String hints) throws IOException {
        this.spki = spki;
        this.hints = hints;
        this.server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/attestation", this::answer);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/attestation");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] nonce = Base64.getDecoder().decode(JSON.readTree(exchange.getRequestBody().readAllBytes()).path("nonce").asString());
            String tls = spki.map(key -> ",\"tls\":\"" + key + "\"").orElse("");
            byte[] bindings = ("{\"manifest\":\"" + HexFormat.of().formatHex(sha384(MANIFEST.getBytes(StandardCharsets.UTF_8))) + "\"" + tls + "}")
                    .getBytes(StandardCharsets.UTF_8);
            var userData = new ByteArrayOutputStream();
            userData.writeBytes("caution1:".getBytes(StandardCharsets.US_ASCII));
            userData.writeBytes(sha384(bindings));
            byte[] document = document(new NsmRequest.Attestation(Optional.of(userData.toByteArray()), Optional.of(nonce), Optional.empty()));
            var encoder = Base64.getEncoder();
            byte[] body = ("{\"document\":\"" + encoder.encodeToString(document) + "\",\"manifest\":" + MANIFEST + ",\"bindings\":\""
                    + encoder.encodeToString(bindings) + "\",\"hints\":" + hints + "}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private byte[] document(NsmRequest request) throws IOException {
        try {
            return ((NsmResponse.Attestation) NsmResponse.decode(module.handle(request.encode()))).document();
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private static byte[] sha384(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-384").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
