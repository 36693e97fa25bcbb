package co.caution.git;

import co.caution.account.Accounts;
import co.caution.account.Permissions;
import co.caution.app.Apps;
import co.caution.app.Deployer;
import co.caution.app.Repositories;
import co.caution.app.RepositoryRoom;
import co.caution.words.Api;
import co.caution.words.Vocabulary;
import co.caution.words.Words;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.command.CommandFactory;
import org.springframework.stereotype.Component;

/** Answers every SSH command; only git's and those in words get anywhere. */
@Component
class GitCommandFactory implements CommandFactory {

    private final Accounts accounts;
    private final Permissions permissions;
    private final Apps apps;
    private final Repositories repositories;
    private final Deployer deployer;
    private final PushLimits limits;
    private final RepositoryRoom room;
    private final Words words;
    /** One push to an app is put together at a time. */
    private final Map<UUID, Lock> locks = new ConcurrentHashMap<>();
    private final Semaphore unpacking = new Semaphore(PushLimits.UNPACKING_AT_ONCE);
    private final Turns turns = new Turns();

    GitCommandFactory(Accounts accounts, Permissions permissions, Apps apps, Repositories repositories, Deployer deployer,
            PushLimits limits, RepositoryRoom room, Api api) {
        this.accounts = accounts;
        this.permissions = permissions;
        this.apps = apps;
        this.repositories = repositories;
        this.deployer = deployer;
        this.limits = limits;
        this.room = room;
        this.words = new Words(api);
    }

    @Override
    public Command createCommand(ChannelSession channel, String command) {
        if (Vocabulary.begins(command)) {
            return new WordsCommand(command, accounts, turns, words);
        }
        return new GitCommand(command, accounts, permissions, apps, repositories, deployer, limits, room,
                app -> locks.computeIfAbsent(app, id -> new ReentrantLock()), unpacking, turns);
    }

    int running() {
        return turns.running();
    }

    /** Waits until no command runs any more, or the time is over. */
    void awaitEnd(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            while (turns.running() > 0 && System.nanoTime() < deadline) {
                Thread.sleep(Duration.ofMillis(50));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
