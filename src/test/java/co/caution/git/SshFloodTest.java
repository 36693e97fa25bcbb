package co.caution.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.client.session.ClientSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many at once: whoever behaves is served all the while, and afterwards nothing is left. */
@Timeout(60)
class SshFloodTest {

    private static final SshLimits SMALL = new SshLimits(60, 40, 3, 30, 10, Duration.ofSeconds(30), 6, Duration.ofMinutes(1));

    @TempDir
    Path home;

    private TestSshServer server;
    private final List<Socket> sockets = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        server = new TestSshServer(home, SMALL);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        server.nothingIsLeft();
        server.close();
    }

    /** Both ends are in this process, so no more of them are kept open at once than the server lets in. */
    @Test
    void hundredsOfHalfOpenConnectionsFromAsManyAddressesKeepNobodyOut() throws Exception {
        halfOpen(2, 150);
    }

    private void halfOpen(int rounds, int each) throws Exception {
        for (int round = 0; round < rounds; round++) {
            for (int address = 0; address < each; address++) {
                sockets.add(server.connect("127.7." + address / 250 + "." + (1 + address % 250)));
            }
            server.servesOthers();
            TestSshServer.await("those who were sent away to be gone", () -> server.sessions() <= SMALL.logins() + 1);
            for (Socket socket : sockets) {
                socket.close();
            }
            sockets.clear();
        }
        assertThat(server.turnedAway("logins")).isGreaterThan(rounds * (each - SMALL.logins()) * 0.8);
    }

    @Test
    void whoseSessionsNeverSignInIsTurnedAwayForAWhile(@TempDir Path other) throws Exception {
        try (var strict = new TestSshServer(other, SMALL, TestSshServer.PUSH, 5)) {
            for (int i = 0; i < 5; i++) {
                try (Socket socket = strict.connect("127.7.7.8")) {
                    assertThat(socket.getInputStream().read()).isEqualTo('S');
                }
            }
            TestSshServer.await("the failed ones to be gone", () -> strict.sessions() == 0);
            try (Socket socket = strict.connect("127.7.7.8")) {
                assertThat(ended(socket)).isTrue();
            }
            assertThat(strict.turnedAway("failures")).isEqualTo(1);
            strict.servesOthers();
        }
    }

    @Test
    void anAddressHasSoManySessionsThatHaveNotSignedIn() throws Exception {
        for (int i = 0; i < SMALL.loginsPerAddress(); i++) {
            Socket socket = server.connect("127.7.7.7");
            sockets.add(socket);
            assertThat(socket.getInputStream().read()).isEqualTo('S');
        }
        Socket tooMany = server.connect("127.7.7.7");
        sockets.add(tooMany);
        assertThat(ended(tooMany)).isTrue();
        assertThat(server.turnedAway("address")).isEqualTo(1);
        server.servesOthers();
    }

    @Test
    void whoFillsTheRoomMakesRoomForNewcomersThemselves() throws Exception {
        Socket patient = server.connect("127.7.8.1");
        sockets.add(patient);
        assertThat(patient.getInputStream().read()).isEqualTo('S');
        List<Socket> crowd = new ArrayList<>();
        for (int address = 2; address < 5; address++) {
            for (int i = 0; i < SMALL.loginsPerAddress() && crowd.size() < SMALL.logins() - 1; i++) {
                Socket socket = server.connect("127.7.8." + address);
                assertThat(socket.getInputStream().read()).isEqualTo('S');
                crowd.add(socket);
            }
        }
        sockets.addAll(crowd);
        Socket newcomer = server.connect("127.7.8.9");
        sockets.add(newcomer);
        assertThat(newcomer.getInputStream().read()).isEqualTo('S');
        assertThat(ended(crowd.getFirst())).as("the one that has waited longest where there are most").isTrue();
        patient.setSoTimeout(200);
        assertThatThrownBy(() -> ended(patient)).as("alone at its address").isInstanceOf(java.net.SocketTimeoutException.class);
    }

    @Test
    void aKeyHasSoManySessions() throws Exception {
        List<ClientSession> open = new ArrayList<>();
        for (int i = 0; i < SMALL.sessionsPerKey(); i++) {
            open.add(server.session());
        }
        var refused = server.run("git-receive-pack '/" + server.app.id() + ".git'");
        assertThat(refused.err()).isEqualTo("fatal: this key has 3 sessions already; end some\n");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(server.turnedAway("key")).isEqualTo(1);
        open.removeLast().close();
        TestSshServer.await("the end of one", () -> server.sessions() < SMALL.sessionsPerKey());
        server.servesOthers();
        for (ClientSession session : open) {
            session.close();
        }
    }

    /** To the end of what the server says. */
    private static boolean ended(Socket socket) throws IOException {
        var buffer = new byte[4096];
        try {
            while (socket.getInputStream().read(buffer) >= 0) {
                // its version and algorithms
            }
            return true;
        } catch (java.net.SocketException e) {
            return true; // reset is closed, too
        }
    }
}
