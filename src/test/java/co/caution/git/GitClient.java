package co.caution.git;

import co.caution.sshkey.SshPublicKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.util.EnumSet;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.keyprovider.KeyPairProvider;

/** Somebody with a fresh key who types SSH commands, without git. */
public final class GitClient implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    public record Said(String out, String err, int exit) {}

    private final SshClient client = SshClient.setUpDefaultClient();
    private final KeyPair pair;
    private final int port;

    public GitClient(int port) throws Exception {
        this.port = port;
        this.pair = KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256);
        client.setKeyIdentityProvider(KeyIdentityProvider.wrapKeyPairs(pair));
        client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
        client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
        client.start();
    }

    public SshPublicKey key() {
        return SshPublicKey.parse(PublicKeyEntry.toString(pair.getPublic()));
    }

    /** Sends a flush packet and no more: git's "I want nothing". */
    public Said run(String command) throws IOException {
        try (var session = client.connect("git", "127.0.0.1", port).verify(PATIENCE).getSession()) {
            session.auth().verify(PATIENCE);
            var out = new ByteArrayOutputStream();
            var err = new ByteArrayOutputStream();
            try (var channel = session.createExecChannel(command)) {
                channel.setOut(out);
                channel.setErr(err);
                channel.open().verify(PATIENCE);
                try (var in = channel.getInvertedIn()) {
                    in.write("0000".getBytes(StandardCharsets.US_ASCII));
                    in.flush();
                } catch (IOException e) {
                    // It was refused before it was listened to.
                }
                channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), PATIENCE);
                Integer exit = channel.getExitStatus();
                return new Said(out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8), exit == null ? -1 : exit);
            }
        }
    }

    @Override
    public void close() {
        client.stop();
    }
}
