package co.caution.cli;

import co.caution.TestService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/** The tests' service as the command line sees it; nothing is pushed. */
final class LocalServer {

    private static LocalServer shared;

    private final TestService service = TestService.shared();
    final Path home = service.home;
    final int httpPort = service.port;
    /** Of the people who talk to it. */
    final Path directory;

    static synchronized LocalServer shared() throws IOException {
        if (shared == null) {
            shared = new LocalServer();
        }
        return shared;
    }

    private LocalServer() throws IOException {
        directory = Files.createDirectories(home.resolveSibling("people"));
    }

    /** Makes somebody with a key, and the account for it. */
    Person account(String name) throws IOException {
        Person person = new Person(directory.resolve(name), url());
        addUser(name, person.key("id_ed25519"));
        return person;
    }

    String url() {
        return service.url();
    }

    /** The operator makes the account. */
    JsonNode addUser(String name, Path publicKey) throws IOException {
        return AdminCommand.addUser(home, name, Files.readString(publicKey));
    }

    <T> T bean(Class<T> type) {
        return service.bean(type);
    }
}
