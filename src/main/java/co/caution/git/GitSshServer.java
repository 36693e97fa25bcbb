package co.caution.git;

import co.caution.account.Accounts;
import co.caution.app.AppMeters;
import co.caution.app.PlatformSettings;
import co.caution.client.RateLimits;
import co.caution.sshkey.SshPublicKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.apache.sshd.common.AttributeRepository;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.file.nonefs.NoneFileSystemFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.pubkey.CachingPublicKeyAuthenticator;
import org.apache.sshd.server.auth.pubkey.PublickeyAuthenticator;
import org.apache.sshd.server.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.server.forward.RejectAllForwardingFilter;
import org.apache.sshd.common.global.KeepAliveHandler;
import org.apache.sshd.server.global.NoMoreSessionsHandler;
import org.apache.sshd.server.session.ServerConnectionServiceFactory;
import org.apache.sshd.server.session.ServerSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * The SSH server that takes pushes: public keys only, git's two commands only. No shell, no subsystem, no forwarding,
 * no file system.
 */
@Component
class GitSshServer implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(GitSshServer.class);

    /** The fingerprint that a session signed in with. */
    static final AttributeRepository.AttributeKey<String> FINGERPRINT = new AttributeRepository.AttributeKey<>();

    static final String DATABASE_AWAY = "the platform's database cannot be reached just now; try again in a moment";
    /** As many commands as one connection may run at once; one more ends it. OpenSSH's own server has the same number. */
    static final int CHANNELS = 10;
    /** How much a client may send that nobody has read yet, in each channel. */
    private static final long WINDOW = 1 << 20;
    /** Whoever takes nothing of their answer for so long does not get the rest. */
    private static final Duration FOR_READING = Duration.ofSeconds(30);
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final PlatformSettings settings;
    private final Accounts accounts;
    private final GitCommandFactory commands;
    private final SshLimits limits;
    private final Doorkeeper doorkeeper;
    private final SshServer server = SshServer.setUpDefaultServer();
    private volatile boolean running;

    GitSshServer(PlatformSettings settings, Accounts accounts, GitCommandFactory commands, SshLimits limits, RateLimits rates,
            AppMeters meters) {
        this.settings = settings;
        this.accounts = accounts;
        this.commands = commands;
        this.limits = limits;
        this.doorkeeper = new Doorkeeper(limits, rates, meters::turnedAway);
        meters.gauge("caution.ssh.sessions", "SSH sessions that are open", server, ssh -> ssh.getActiveSessions().size());
    }

    @Override
    public void start() {
        server.setHost(settings.bind());
        server.setPort(settings.sshPort());
        server.setKeyPairProvider(KeyPairProvider.wrap(HostKey.loadOrCreate(settings.home().resolve("ssh"))));
        server.setSignatureFactories(SshPublicKey.SIGNATURES);
        server.setUserAuthFactories(List.of(new UserAuthPublicKeyFactory(SshPublicKey.SIGNATURES)));
        server.setPublickeyAuthenticator(signingKey(accounts::knowsKey));
        server.setCommandFactory(commands);
        server.setShellFactory(null);
        server.setSubsystemFactories(List.of());
        server.setChannelFactories(List.of(GitChannel.FACTORY));
        server.setGlobalRequestHandlers(List.of(new KeepAliveHandler(), new NoMoreSessionsHandler()));
        server.setServiceFactories(List.of(StrictSignIn.FACTORY, ServerConnectionServiceFactory.INSTANCE));
        server.setForwardingFilter(RejectAllForwardingFilter.INSTANCE);
        server.setAgentFactory(null);
        server.setFileSystemFactory(NoneFileSystemFactory.INSTANCE);
        SshAlgorithms.offer(server);
        server.setSessionFactory(doorkeeper.sessions(server));
        server.addSessionListener(doorkeeper);
        limit(server);
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException("The SSH port " + settings.sshPort() + " on " + settings.bind()
                    + " cannot be opened: " + e.getMessage()
                    + ". Stop what uses it, or choose another: --ssh-port N", e);
        }
        running = true;
        LOG.info("SSH listens on {}:{}", settings.bind(), port());
    }

    /** The one that it listens on, also where any would do. */
    int port() {
        return server.getPort();
    }

    private void limit(SshServer server) {
        CoreModuleProperties.SERVER_IDENTIFICATION.set(server, "caution"); // which library, and how old, is nobody's business
        CoreModuleProperties.AUTH_TIMEOUT.set(server, limits.loginTime());
        CoreModuleProperties.MAX_AUTH_REQUESTS.set(server, limits.loginTries());
        // A client that waits for its build only listens: this has to be longer than a build may take.
        CoreModuleProperties.IDLE_TIMEOUT.set(server, limits.idle());
        CoreModuleProperties.NIO2_READ_TIMEOUT.set(server, limits.idle());
        CoreModuleProperties.MAX_CONCURRENT_CHANNELS.set(server, CHANNELS - 1); // it counts what is there already
        CoreModuleProperties.WINDOW_SIZE.set(server, WINDOW);
        CoreModuleProperties.WAIT_FOR_SPACE_TIMEOUT.set(server, FOR_READING.compareTo(limits.idle()) < 0 ? FOR_READING : limits.idle());
    }

    /**
     * SSH asks first whether a key would do, for any number of keys, and later with a signature. The session acts for the
     * key of the last question, which is the signed one: so it is noted each time, outside of the cache that spares the
     * database.
     */
    static PublickeyAuthenticator signingKey(Predicate<String> known) {
        var cached = new CachingPublicKeyAuthenticator(
                (user, key, session) -> known.test(SshPublicKey.fingerprint(key)));
        return (user, key, session) -> {
            boolean accepted;
            try {
                accepted = cached.authenticate(user, key, session);
            } catch (DataAccessException e) {
                LOG.warn("nobody can sign in: {}", e.getMessage());
                leave(session);
                accepted = false;
            }
            session.setAttribute(FINGERPRINT, accepted ? SshPublicKey.fingerprint(key) : "");
            return accepted;
        };
    }

    /** "Permission denied" would send people looking for their keys. */
    private static void leave(ServerSession session) {
        try {
            session.disconnect(SshConstants.SSH2_DISCONNECT_SERVICE_NOT_AVAILABLE, DATABASE_AWAY);
        } catch (IOException e) {
            LOG.debug("the client left before it was told: {}", e.getMessage());
        }
    }

    /** Started before what was live starts again, stopped after pushes were told that the service stops. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE - 1;
    }

    @Override
    public void stop() {
        running = false;
        commands.awaitEnd(LAST_WORDS);
        try {
            server.stop(true);
        } catch (IOException e) {
            LOG.warn("the SSH server did not stop cleanly", e);
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
