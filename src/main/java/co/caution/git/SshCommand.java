package co.caution.git;

import co.caution.account.Account;
import co.caution.account.Accounts;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.UUID;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.transaction.CannotCreateTransactionException;

/** One command of one client, from its first byte to its exit status, when its turn has come. */
abstract class SshCommand implements Command {

    private static final Logger LOG = LoggerFactory.getLogger(SshCommand.class);

    /**
     * Who it is for.
     *
     * @param fingerprint of the key that the session signed in with
     * @param accounts that the key acts for
     * @param address where the client is
     * @param protocol the version of git's that it wants
     */
    record Client(String fingerprint, Set<UUID> accounts, @Nullable String address, @Nullable String protocol) {}

    private final Accounts accounts;
    private final Turns turns;
    protected InputStream in = InputStream.nullInputStream();
    protected OutputStream out = OutputStream.nullOutputStream();
    protected OutputStream err = OutputStream.nullOutputStream();
    private ExitCallback exit = (code, message, closeImmediately) -> {};

    SshCommand(Accounts accounts, Turns turns) {
        this.accounts = accounts;
        this.turns = turns;
    }

    /** @return the exit code */
    abstract int run(Client client);

    abstract Thread.Builder thread();

    @Override
    public void setInputStream(InputStream in) {
        this.in = in;
    }

    @Override
    public void setOutputStream(OutputStream out) {
        this.out = out;
    }

    @Override
    public void setErrorStream(OutputStream err) {
        this.err = err;
    }

    @Override
    public void setExitCallback(ExitCallback exit) {
        this.exit = exit;
    }

    @Override
    public void start(ChannelSession channel, Environment env) {
        String fingerprint = channel.getSession().getAttribute(GitSshServer.FINGERPRINT);
        @Nullable String address = channel.getSession().getIoSession().getRemoteAddress() instanceof InetSocketAddress client
                ? client.getAddress().getHostAddress()
                : null;
        String protocol = env.getEnv().get(GitChannel.PROTOCOL);
        String refusal = turns.enter()
                ? channel.getSession().getAttribute(Doorkeeper.REFUSED)
                : "too many commands run here just now; try again";
        thread().start(() -> {
            try {
                exit.onExit(refusal == null ? runInTurn(fingerprint, address, protocol) : refuse(refusal));
            } finally {
                turns.leave();
            }
        });
    }

    @Override
    public void destroy(ChannelSession channel) {
        // The client is gone; a push that was accepted goes on without it.
    }

    private int runInTurn(String fingerprint, @Nullable String address, @Nullable String protocol) {
        try {
            Set<UUID> owners = accounts.byKey(fingerprint);
            @Nullable Runnable leave = turns.enter(accounts.holders(fingerprint).stream().map(Account::id).toList());
            if (leave == null) {
                return refuse("this account runs " + Turns.MOST_OF_AN_ACCOUNT + " commands at once already, the most that one may;"
                        + " wait for some to end, and try again");
            }
            try {
                return run(new Client(fingerprint, owners, address, protocol));
            } finally {
                leave.run();
            }
        } catch (DataAccessResourceFailureException | CannotCreateTransactionException e) {
            LOG.warn("a command was not served: {}", e.getMessage());
            return refuse(GitSshServer.DATABASE_AWAY);
        } catch (RuntimeException | Error e) {
            LOG.error("a command failed", e);
            return refuse("something went wrong inside the platform; the server's log has the details");
        }
    }

    final int refuse(String reason) {
        try {
            err.write(("fatal: " + reason + "\n").getBytes(StandardCharsets.UTF_8));
            err.flush();
        } catch (IOException e) {
            LOG.debug("the client left before it was told: {}", reason);
        }
        return 1;
    }
}
