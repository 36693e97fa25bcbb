package co.caution.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Answers whatever is asked of it, 200 and in a test's own words. */
final class FakeServer implements AutoCloseable {

    /** The body of an answer; headers may be set on the way. */
    @FunctionalInterface
    interface Answers {
        String to(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;

    FakeServer(Answers answers) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                byte[] body = answers.to(exchange).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
    }

    /** Somebody who is logged in there. */
    Person person(Path home) throws IOException {
        var person = new Person(home, "http://localhost:" + server.getAddress().getPort());
        person.environment.put("CAUTION_TOKEN", "caution_x");
        return person;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
