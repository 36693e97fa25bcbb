package co.caution.git;

import co.caution.account.Accounts;
import co.caution.words.Api;
import co.caution.words.Words;
import java.io.IOException;
import java.util.List;
import org.apache.sshd.server.channel.ChannelSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A command in words: a call of the API. */
final class WordsCommand extends SshCommand {

    private static final Logger LOG = LoggerFactory.getLogger(WordsCommand.class);

    private final String line;
    private final Accounts accounts;
    private final Words words;
    private volatile boolean gone;

    WordsCommand(String line, Accounts accounts, Turns turns, Words words) {
        super(accounts, turns);
        this.line = line;
        this.accounts = accounts;
        this.words = words;
    }

    /** It mostly waits, and whoever does not read what they asked for must hold nothing that others need. */
    @Override
    Thread.Builder thread() {
        return Thread.ofVirtual().name("words");
    }

    @Override
    public void destroy(ChannelSession channel) {
        gone = true;
    }

    @Override
    int run(Client client) {
        var callers = callers(client);
        if (callers.isEmpty()) {
            return refuse("this key acts for nobody: one that is bound to an app pushes to that, and does nothing else");
        }
        try {
            // What is followed may take an hour, in which the key may be removed.
            return words.run(line, callers, new Words.Client(out, err, () -> gone || !callers.equals(callers(client))));
        } catch (IOException e) {
            LOG.info("a client left before it had its answer, or did not read it: {}", e.toString());
            return 1;
        }
    }

    private List<Api.Caller> callers(Client client) {
        return accounts.ownersOf(client.fingerprint()).stream()
                .map(account -> new Api.Caller(account.id(), account.name(), client.fingerprint(), client.address()))
                .toList();
    }
}
