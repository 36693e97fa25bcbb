package co.caution.cli;

import co.caution.CautionServer;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;

/** A service for tests of what the command line says to it, one for all of them; nothing is pushed. */
final class LocalServer {

    private static LocalServer shared;

    final Path directory;
    final Path home;
    final int httpPort = freePort();
    private final ConfigurableApplicationContext context;

    /** Started by whoever comes first, stopped with the tests. */
    static synchronized LocalServer shared() throws IOException {
        if (shared == null) {
            shared = new LocalServer(Files.createTempDirectory("caution-cli"));
        }
        return shared;
    }

    private LocalServer(Path directory) {
        this.directory = directory;
        this.home = directory.resolve("home");
        Path cache = new Context(null, null, null).cache();
        int apps = Math.min(freePort(), 65_000);
        context = CautionServer.start(EnclaveOs.ready(cache), Map.of(
                "caution.home", home.toString(),
                "caution.cache", cache.toString(),
                "caution.http-port", httpPort,
                "caution.ssh-port", freePort(),
                "caution.first-port", apps,
                "caution.last-port", apps + 200));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            context.close();
            try {
                FileSystemUtils.deleteRecursively(directory);
            } catch (IOException e) {
                // It lies among the temporary files.
            }
        }));
    }

    /** Makes somebody with a key, and the account for it. */
    Person account(String name) throws IOException {
        Person person = new Person(directory.resolve(name), url());
        addUser(name, person.key("id_ed25519"));
        return person;
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

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
