package co.caution.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server really says in its first packet, read from the wire (RFC 4253, 7.1). */
class SshAlgorithmsTest {

    @TempDir
    Path home;

    @Test
    void onlyTheseAlgorithmsAreOffered() throws Exception {
        try (var server = new TestSshServer(home, TestSshServer.ROOMY); var socket = server.connect()) {
            List<String> offered = keyExchangeInit(socket);
            assertThat(offered).containsExactly(
                    "mlkem768x25519-sha256,sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,"
                            + "ext-info-s,kex-strict-s-v00@openssh.com",
                    "ssh-ed25519",
                    "aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr",
                    "aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr",
                    "hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com",
                    "hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com",
                    "none", "none", "", "");
        }
    }

    @Test
    void theHostKeyIsEd25519InOpenSshsOwnFormatAndForNobodyElsesEyes() throws Exception {
        HostKey.loadOrCreate(home);
        Path key = home.resolve("host_ed25519");
        assertThat(Files.readAllLines(key).getFirst()).isEqualTo("-----BEGIN OPENSSH PRIVATE KEY-----");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key))).isEqualTo("rw-------");
        assertThat(Files.readString(home.resolve("host_ed25519.pub"))).startsWith("ssh-ed25519 ");
    }

    /** The ten lists of names. */
    private static List<String> keyExchangeInit(Socket socket) throws Exception {
        var in = new DataInputStream(socket.getInputStream());
        var version = new StringBuilder();
        while (version.indexOf("\r\n") < 0) {
            version.append((char) in.readUnsignedByte());
        }
        assertThat(version.toString()).isEqualTo("SSH-2.0-caution\r\n");
        socket.getOutputStream().write("SSH-2.0-reader\r\n".getBytes(StandardCharsets.US_ASCII));
        var packet = new byte[in.readInt()];
        in.readFully(packet);
        var payload = ByteBuffer.wrap(packet, 1, packet.length - 1 - packet[0]);
        assertThat(payload.get()).as("SSH_MSG_KEXINIT").isEqualTo((byte) 20);
        payload.position(payload.position() + 16); // cookie
        var lists = new ArrayList<String>();
        for (int i = 0; i < 10; i++) {
            var names = new byte[payload.getInt()];
            payload.get(names);
            lists.add(new String(names, StandardCharsets.US_ASCII));
        }
        return lists;
    }
}
