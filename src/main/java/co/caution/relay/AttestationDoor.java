package co.caution.relay;

import co.caution.client.Limit;
import co.caution.hosting.Enclave;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;

/** An app's own attestation URL: {@code POST /attestation} on a port of its own, and what strangers need to verify ({@link WellKnown}). */
final class AttestationDoor implements Door {

    static {
        // The JDK's server has no limits of its own; it reads these once. Seconds, seconds, connections.
        System.setProperty("sun.net.httpserver.maxReqTime", "30");
        System.setProperty("sun.net.httpserver.maxRspTime", "90");
        System.setProperty("jdk.httpserver.maxConnections", "256");
    }

    private final UUID app;
    private final AttestationRelay relay;
    private final WellKnown files;
    private final DoorLimits limits;
    private final HttpServer server;

    AttestationDoor(String bind, int port, UUID app, AttestationRelay relay, WellKnown files, DoorTls tls, DoorLimits limits)
            throws IOException {
        this.app = app;
        this.relay = relay;
        this.files = files;
        this.limits = limits;
        this.server = tls.server(new InetSocketAddress(bind, port));
        server.createContext("/", this::handle);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    @Override
    public void leadTo(Enclave enclave) {
        // The relay asks for the live enclave each time.
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var headers = exchange.getResponseHeaders();
            // Browsers check evidence, too.
            headers.set("Access-Control-Allow-Origin", "*");
            headers.set("Access-Control-Allow-Headers", "Content-Type");
            headers.set("Access-Control-Allow-Methods", "GET, POST");
            if (exchange.getRequestMethod().equals("OPTIONS")) {
                exchange.sendResponseHeaders(204, -1);
                return;
            }
            Optional<Path> file = exchange.getRequestMethod().equals("GET") ? files.at(exchange.getRequestURI().getRawPath()) : Optional.empty();
            if (!limits.admit(file.isPresent() ? Limit.DOWNLOADS : Limit.CHALLENGES, exchange)) {
                return;
            }
            if (file.isPresent()) {
                headers.set("Content-Type", "application/octet-stream");
                headers.set("Cache-Control", WellKnown.CACHE);
                exchange.sendResponseHeaders(200, Files.size(file.get()));
                Files.copy(file.get(), exchange.getResponseBody());
                return;
            }
            var answer = answer(exchange);
            headers.set("Content-Type", "application/json");
            headers.set("Cache-Control", "no-store");
            exchange.sendResponseHeaders(answer.status(), answer.body().length);
            exchange.getResponseBody().write(answer.body());
        }
    }

    private AttestationRelay.Answer answer(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestURI().getPath().equals("/attestation")) {
            return relay.error(404, "POST /attestation is served here, and what has a digest below /.well-known/caution/");
        }
        if (!exchange.getRequestMethod().equals("POST")) {
            return relay.error(405, "POST {\"nonce\":\"<base64 of 32 bytes>\"} to /attestation");
        }
        return relay.ask(app, exchange.getRequestBody());
    }
}
