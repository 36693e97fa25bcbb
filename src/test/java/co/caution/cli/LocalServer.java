package co.caution.cli;

import co.caution.CautionServer;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/** A service of its own for tests of what the command line says to it; nothing is pushed. */
final class LocalServer implements AutoCloseable {

    final Path home;
    final int httpPort = freePort();
    private final ConfigurableApplicationContext context;

    LocalServer(Path home) {
        this.home = home;
        Path cache = new Context(null, null).cache();
        int apps = Math.min(freePort(), 65_000);
        context = CautionServer.start(EnclaveOs.ready(cache), Map.of(
                "caution.home", home.toString(),
                "caution.cache", cache.toString(),
                "caution.http-port", httpPort,
                "caution.ssh-port", freePort(),
                "caution.first-port", apps,
                "caution.last-port", apps + 200));
    }

    String url() {
        return "http://localhost:" + httpPort;
    }

    /** The operator makes the account. */
    JsonNode addUser(String name, Path publicKey) throws IOException {
        return AdminCommand.addUser(home, name, Files.readString(publicKey));
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    @Override
    public void close() {
        context.close();
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
