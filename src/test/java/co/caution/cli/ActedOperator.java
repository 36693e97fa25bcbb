package co.caution.cli;

import co.caution.attestation.LocalRoot;
import co.caution.attestation.NsmRequest;
import co.caution.attestation.NsmResponse;
import co.caution.attestation.SoftwareNsm;
import co.caution.build.BuiltImage;
import co.caution.eif.Measurements;
import co.caution.enclaveos.EnclaveOsImages;
import co.caution.enclaveos.EnclaveOsRelease;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whoever runs the service: they have an enclave whose evidence is real, under a root of theirs, and a web server that says
 * whatever they like.
 */
final class ActedOperator implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();

    /** What they answer a challenge with. */
    @FunctionalInterface
    interface Trick {
        void answer(HttpExchange exchange, byte[] nonce) throws Exception;
    }

    private final LocalRoot root;
    private final SecureRandom random;
    private final HttpServer server;
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private volatile Trick trick = (exchange, nonce) -> send(exchange, 404, new byte[0]);

    ActedOperator(LocalRoot root, SecureRandom random) throws IOException {
        this(root, random, HttpServer.create(address(), 0));
    }

    ActedOperator(LocalRoot root, SecureRandom random, HttpServer server) {
        this.root = root;
        this.random = random;
        this.server = server;
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/attestation", exchange -> {
            try (exchange) {
                String nonce = JSON.readTree(exchange.getRequestBody().readAllBytes()).path("nonce").asString();
                trick.answer(exchange, Base64.getDecoder().decode(nonce));
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        server.createContext(EnclaveOsImages.PLACE, exchange -> {
            try (exchange) {
                byte[] file = files.get(exchange.getRequestURI().getPath());
                send(exchange, file == null ? 404 : 200, file == null ? new byte[0] : file);
            }
        });
        server.start();
    }

    static InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/attestation";
    }

    /** From now on. */
    ActedOperator does(Trick next) {
        trick = next;
        return this;
    }

    /** Answers with evidence of an enclave that runs this image. */
    ActedOperator runs(BuiltImage image, String hint) {
        return does((exchange, nonce) -> send(exchange, 200, answer(document(image.measurements(), nonce, bindings(image.manifestJson())),
                image.manifestJson(), image.manifestJson(), hint)));
    }

    /** Offers a release's files under a digest. */
    ActedOperator serves(String digest, EnclaveOsRelease release) {
        EnclaveOsImages.FILES.forEach(name -> {
            try {
                Path file = release.kernel().resolveSibling(name);
                files.put(EnclaveOsImages.PLACE + digest + "/" + name, Files.readAllBytes(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return this;
    }

    /** A document that the enclave signs, as its agent asks for it. */
    byte[] document(Measurements measurements, byte[] nonce, byte[] bindings) throws Exception {
        byte[] prefix = "caution1:".getBytes(StandardCharsets.US_ASCII);
        byte[] userData = new byte[prefix.length + 48];
        System.arraycopy(prefix, 0, userData, 0, prefix.length);
        System.arraycopy(sha384(bindings), 0, userData, prefix.length, 48);
        var nsm = new SoftwareNsm(root, measurements, "i-0123456789abcdef0-enc0123456789abcdef", Instant::now, random);
        var request = new NsmRequest.Attestation(Optional.of(userData), Optional.of(nonce), Optional.empty());
        return ((NsmResponse.Attestation) NsmResponse.decode(nsm.handle(request.encode()))).document();
    }

    static byte[] bindings(byte[] manifest) {
        return ("{\"manifest\":\"" + HexFormat.of().formatHex(sha384(manifest)) + "\"}").getBytes(StandardCharsets.US_ASCII);
    }

    /** @param key SHA-256 of the SPKI that the enclave serves the app's channel with */
    static byte[] bindings(byte[] manifest, String key) {
        return ("{\"manifest\":\"" + HexFormat.of().formatHex(sha384(manifest)) + "\",\"tls\":\"" + key + "\"}").getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * @param bound the manifest that the enclave has
     * @param shown the one that comes with its document
     */
    static byte[] answer(byte[] document, byte[] bound, byte[] shown, String hint) {
        return bound(document, bindings(bound), shown, hint, "");
    }

    /** @param more hints */
    static byte[] bound(byte[] document, byte[] bindings, byte[] shown, String hint, String more) {
        return ("{\"document\":\"" + Base64.getEncoder().encodeToString(document) + "\",\"manifest\":"
                + new String(shown, StandardCharsets.UTF_8) + ",\"bindings\":\"" + Base64.getEncoder().encodeToString(bindings)
                + "\",\"hints\":{\"commit\":\"" + "c".repeat(40) + "\",\"enclaveos\":\"" + hint + "\"" + more + "}}").getBytes(StandardCharsets.UTF_8);
    }

    static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    private static byte[] sha384(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-384").digest(bytes);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
