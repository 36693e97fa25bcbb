package co.caution.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** One server for a class of refusals; after each of them others are served, and nothing of it is left. */
abstract class RefusalFixture {

    @TempDir
    static Path home;

    static TestSshServer server;

    @BeforeAll
    static void start() throws Exception {
        server = new TestSshServer(home, TestSshServer.ROOMY);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void othersAreServedAndNothingIsKept() throws Exception {
        server.servesOthers();
        server.nothingIsLeft();
        assertThat(server.packs()).isEmpty();
    }
}
