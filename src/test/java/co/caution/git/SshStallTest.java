package co.caution.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.client.session.ClientSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client that stops in the middle of anything is waited for as long as the limits say, and holds up nobody. */
@Timeout(60)
class SshStallTest {

    private static final SshLimits IMPATIENT =
            new SshLimits(500, 400, 400, 300, 300, Duration.ofSeconds(8), 6, Duration.ofSeconds(8));

    @TempDir
    Path home;

    @Test
    void inEveryPhaseAtOnceOthersAreServedAndAllOfThemEnd() throws Exception {
        try (var server = new TestSshServer(home, IMPATIENT)) {
            List<Socket> sockets = new ArrayList<>();
            List<ClientSession> sessions = new ArrayList<>();
            sessions.add(server.unsigned()); // after the keys were exchanged
            sessions.add(server.session()); // signed in
            var channels = server.session();
            sessions.add(channels);
            RawChannel.open(channels, "session"); // a channel, no command
            for (String input : List.of("", "00", "0094", "0000PA", pack())) {
                var session = server.session();
                sessions.add(session);
                var channel = RawChannel.open(session, "session");
                assertThat(channel.asks("exec", "git-receive-pack '/" + server.app.id() + ".git'")).isTrue();
                channel.says(input.getBytes(StandardCharsets.ISO_8859_1));
            }
            sockets.add(says(server, "")); // before the version
            sockets.add(says(server, "SSH-2.0-ha")); // in it
            sockets.add(says(server, "SSH-2.0-x\r\n")); // after it
            sockets.add(says(server, "SSH-2.0-x\r\n\0\0\4\0\4\24")); // in the first packet
            TestSshServer.await("all of them at once", () -> server.sessions() == sockets.size() + sessions.size());

            server.servesOthers();

            for (Socket socket : sockets) {
                socket.setSoTimeout(30_000);
                try {
                    socket.getInputStream().readAllBytes();
                } catch (java.net.SocketException e) {
                    assertThat(e).hasMessage("Connection reset");
                }
            }
            server.nothingIsLeft();
            for (ClientSession session : sessions) {
                TestSshServer.await("the end of " + session, session::isClosed);
            }
        }
    }

    /** A push of which the first bytes of a pack came. */
    private static String pack() {
        String command = "0".repeat(40) + " " + "1".repeat(40) + " refs/heads/main\0report-status";
        return String.format("%04x", command.length() + 4) + command + "0000PACK\0\0\0\2\0\0";
    }

    private static Socket says(TestSshServer server, String text) throws IOException {
        Socket socket = server.connect();
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }
}
