package co.caution.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.kex.KexState;
import org.apache.sshd.common.session.helpers.AbstractSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever a client asks for beside git: it is refused, others are served, and nothing is left. */
@Timeout(60)
class SshRefusalsTest extends RefusalFixture {

    @Test
    void anyOtherCommand() throws Exception {
        try (var session = server.session()) {
            for (String command : List.of("id", "sh", "scp -t /", "sftp", "internal-sftp", "rsync --server", "git-upload-archive 'x'",
                    "git-shell", "git-receive-pack '../../etc'", "git-receive-pack 'a' 'b'", "git-receive-pack $(id)",
                    "git-receive-pack 'x'; id", "git-receive-pack --upload-pack=id x", "git-receive-pack\nid",
                    "git-receive-pack 'x\0'", "git upload-pack 'x'")) {
                var answer = TestSshServer.run(session.createExecChannel(command), "");
                assertThat(answer.err()).as(command).startsWith("fatal: ").endsWith("\n").doesNotContain("\0").hasLineCount(1);
                assertThat(answer.out()).as(command).isEmpty();
                assertThat(answer.exitCode()).as(command).isEqualTo(1);
            }
        }
    }

    @Test
    void aCommandOfAHundredKilobytes() throws Exception {
        var answer = server.run("git-receive-pack '" + "a".repeat(100_000) + "'");
        assertThat(answer.err()).startsWith("fatal: ").hasSizeLessThan(300);
    }

    @Test
    void anyOtherKindOfChannel() throws Exception {
        try (var session = server.session()) {
            for (String type : List.of("direct-tcpip", "forwarded-tcpip", "direct-streamlocal@openssh.com", "tun@openssh.com", "x11",
                    "auth-agent@openssh.com", "auth-agent", "session@example.com")) {
                assertThatThrownBy(() -> RawChannel.open(session, type)).as(type)
                        .hasRootCauseInstanceOf(SshChannelOpenException.class);
            }
        }
    }

    @Test
    void anyOtherRequestToTheServer() throws Exception {
        try (var session = server.session()) {
            for (String request : List.of("tcpip-forward", "cancel-tcpip-forward", "streamlocal-forward@openssh.com",
                    "cancel-streamlocal-forward@openssh.com", "hostkeys-prove-00@openssh.com", "unknown@example.com", "")) {
                var packet = session.createBuffer(SshConstants.SSH_MSG_GLOBAL_REQUEST);
                packet.putString(request);
                packet.putBoolean(true);
                packet.putString("127.0.0.1");
                packet.putUInt(0);
                assertThat(session.request(request, packet, 10_000)).as("success of " + request).isNull();
            }
        }
    }

    @Test
    void anyOtherRequestOnAChannel() throws Exception {
        try (var session = server.session(); var channel = RawChannel.open(session, "session")) {
            for (String request : List.of("pty-req", "x11-req", "auth-agent-req@openssh.com", "window-change", "signal", "break", "shell",
                    "subsystem", "eow@openssh.com", "simple@putty.projects.tartarus.org", "unknown@example.com", "")) {
                assertThat(channel.asks(request, "sftp", "y", "z")).as(request).isFalse();
            }
        }
    }

    @Test
    void oneCommandAChannelAndNoVariableButGitsOwn() throws Exception {
        try (var session = server.session(); var channel = RawChannel.open(session, "session")) {
            assertThat(channel.asks("env", "LD_PRELOAD", "/tmp/x.so")).isFalse();
            assertThat(channel.asks("env", "GIT_PROTOCOL", "version=2:" + "x".repeat(100))).isFalse();
            assertThat(channel.asks("env", "GIT_PROTOCOL", "version=2")).isTrue();
            String command = "git-receive-pack '/" + server.app.id() + ".git'";
            assertThat(channel.asks("exec", command)).isTrue();
            assertThat(channel.asks("exec", command)).isFalse();
            assertThat(channel.asks("shell")).isFalse();
        }
    }

    @Test
    void onlySoManyChannelsInASession() throws Exception {
        try (var session = server.session()) {
            List<RawChannel> open = new ArrayList<>();
            assertThatThrownBy(() -> {
                while (open.size() < 100) {
                    open.add(RawChannel.open(session, "session"));
                }
            }).isInstanceOf(IOException.class);
            assertThat(open).hasSize(GitSshServer.CHANNELS);
        }
    }

    @Test
    void aUserNameThatWouldWriteIntoTheLog() {
        for (String user : List.of("", "a b", "root\nWARN nobody is here", "\u001b[2J", "\0", "g\u0131t")) {
            assertThatThrownBy(() -> server.session(user)).as(user).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aUserNameOfAMegabyte() {
        assertThatThrownBy(() -> server.session("a".repeat(1 << 20))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> server.session("a".repeat(100_000))).isInstanceOf(IOException.class);
    }

    @Test
    void moreKeysThanThereAreTries() throws Exception {
        try (var session = server.unsigned()) {
            for (int i = 0; i < 20; i++) {
                session.addPublicKeyIdentity(TestSshServer.ecKey());
            }
            session.addPublicKeyIdentity(server.key);
            assertThatThrownBy(() -> session.auth().verify(10, TimeUnit.SECONDS)).isInstanceOf(IOException.class)
                    .hasMessageContaining("Too many");
        }
    }

    @Test
    void keysThatAreRenewedAgainAndAgain() throws Exception {
        try (var session = server.session()) {
            while (session.isOpen()) {
                if (((AbstractSession) session).getKexState() == KexState.DONE) {
                    session.reExchangeKeys();
                }
                TimeUnit.MILLISECONDS.sleep(1);
            }
            assertThat(server.turnedAway("key_exchanges")).isEqualTo(1);
        }
    }

    /** A wrong length is answered only after some more bytes, so that nobody learns which byte was wrong. */
    @Test
    void bytesThatAreNotSsh() throws Exception {
        var bytes = new LinkedHashMap<String, byte[]>();
        bytes.put("a packet of two gigabytes", version(0x7fffffff));
        bytes.put("a packet of less than nothing", version(-1));
        bytes.put("a packet of nothing", version(0));
        bytes.put("noise", version(0xb5a1e67c));
        bytes.put("a version without end", ascii("SSH-2.0-" + "x".repeat(100_000)));
        bytes.put("lines without end", ascii("hello\r\n".repeat(20_000)));
        bytes.put("the first version of SSH", ascii("SSH-1.5-x\r\n"));
        bytes.put("another protocol", ascii("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(2_000)));
        for (var each : bytes.entrySet()) {
            try (Socket socket = server.connect()) {
                socket.setSoTimeout(20_000);
                try {
                    socket.getOutputStream().write(each.getValue());
                    assertThat(socket.getInputStream().readAllBytes()).as(each.getKey() + ": the server's version, its algorithms, the end")
                            .hasSizeLessThan(10_000);
                } catch (SocketException e) {
                    assertThat(e).hasMessageMatching("Connection reset.*|Broken pipe"); // while bytes were on their way
                }
            }
        }
    }

    private static byte[] version(int packetLength) {
        byte[] version = ascii("SSH-2.0-x\r\n");
        var noise = new byte[300_000];
        new Random(7).nextBytes(noise);
        return ByteBuffer.allocate(version.length + 4 + noise.length).put(version).putInt(packetLength).put(noise).array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
