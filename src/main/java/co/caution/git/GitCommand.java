package co.caution.git;

import co.caution.account.Accounts;
import co.caution.account.Action;
import co.caution.account.Permissions;
import co.caution.app.App;
import co.caution.app.AppException;
import co.caution.app.Apps;
import co.caution.app.Deployer;
import co.caution.app.PushOutcome;
import co.caution.app.PushRun;
import co.caution.app.ReceivingRepository;
import co.caution.app.Repositories;
import co.caution.app.RepositoryRoom;
import co.caution.audit.Acting;
import co.caution.audit.Actor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.jgit.errors.UnpackException;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.RefFilter;
import org.eclipse.jgit.transport.UploadPack;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** One git command of one client, from its first byte to its exit status. */
final class GitCommand extends SshCommand {

    private static final Logger LOG = LoggerFactory.getLogger(GitCommand.class);

    private static final int MAX_COMMAND_BYTES = 1 << 20;
    private static final int TIMEOUT_SECONDS = 300;
    /** Pins are ours: nobody sees them, so nobody can move them. */
    private static final RefFilter VISIBLE = refs -> {
        var visible = new HashMap<String, Ref>(refs);
        visible.keySet().removeIf(name -> name.startsWith(Repositories.PINS));
        return visible;
    };

    private final String command;
    private final Accounts accounts;
    private final Permissions permissions;
    private final Apps apps;
    private final Repositories repositories;
    private final Deployer deployer;
    private final PushLimits limits;
    private final RepositoryRoom room;
    private final Function<UUID, Lock> locks;
    private final Semaphore unpacking;

    GitCommand(String command, Accounts accounts, Permissions permissions, Apps apps, Repositories repositories, Deployer deployer,
            PushLimits limits, RepositoryRoom room, Function<UUID, Lock> locks, Semaphore unpacking, Turns turns) {
        super(accounts, turns);
        this.command = command;
        this.accounts = accounts;
        this.permissions = permissions;
        this.apps = apps;
        this.repositories = repositories;
        this.deployer = deployer;
        this.limits = limits;
        this.room = room;
        this.locks = locks;
        this.unpacking = unpacking;
    }

    /** Of the system: unpacking computes for long, and as many virtual threads as there are cores could stop all others. */
    @Override
    Thread.Builder thread() {
        return Thread.ofPlatform().daemon().name("git");
    }

    @Override
    int run(Client client) {
        try {
            return run(client.fingerprint(), client.protocol(), Actor.nobody(UUID.randomUUID().toString(), client.address()));
        } catch (ProgressStream.ClientGone e) {
            LOG.info("a client left before its push was over; the push goes on");
            return 1;
        } catch (UnpackException e) {
            LOG.info("a push was not taken: {}", e.getCause().getMessage()); // git was told, in its own protocol
            return 1;
        } catch (IOException e) {
            LOG.info("a git command ended early: {}", e.toString());
            return refuse("the transfer ended early: " + e.getMessage());
        } catch (AppException.Conflict e) {
            return refuse(String.valueOf(e.getMessage()));
        }
    }

    private int run(String fingerprint, @Nullable String protocol, Actor call) throws IOException {
        var line = GitCommandLine.parse(command);
        if (line.isEmpty()) {
            return refuse(GitCommandLine.refusal(command));
        }
        var theirs = permissions.organizations(accounts.byKey(fingerprint));
        // Of where it is bound, what it is not bound to is not there: not even as one of several of a name.
        accounts.boundIn(fingerprint).forEach((id, name) -> apps.find(line.get().app(), null, Map.of(id, name))
                .filter(found -> !(permissions.ask(accounts.pushers(fingerprint, found.id()), id, Action.DEPLOY)
                        instanceof Permissions.Answer.Hidden))
                .ifPresent(_ -> theirs.put(id, name)));
        Optional<App> app = apps.find(line.get().app(), line.get().organization(), theirs);
        Optional<String> refusal = refusal(fingerprint, line.get(), app);
        if (refusal.isPresent()) {
            return refuse(refusal.get());
        }
        noteFormerName(line.get(), app.get());
        MDC.put("app", app.get().id().toString()); // the thread is this command's alone
        var gates = new AppReceivePack.Gates(limits, line.get().push() ? room.measure(app.get())::full : Optional::empty,
                locks.apply(app.get().id()), room.arriving(app.get().id()), unpacking);
        try (var repository = repositories.open(app.get().id(), gates)) {
            return Acting.as(accounts.holder(fingerprint, app.get().organizationId(), call), () -> line.get().push()
                    ? receive(repository, app.get(), gates, () -> refusal(fingerprint, line.get(), app))
                    : upload(repository, protocol));
        }
    }

    /** Whose key it is decides what it may see; an app of somebody else is an app that is not there. */
    private Optional<String> refusal(String fingerprint, GitCommandLine line, Optional<App> app) {
        UUID id = app.map(App::id).orElse(Permissions.NOWHERE);
        Set<UUID> people = line.push() ? accounts.pushers(fingerprint, id) : accounts.byKey(fingerprint);
        return switch (permissions.ask(people, app.map(App::organizationId).orElse(Permissions.NOWHERE), line.action())) {
            case Permissions.Answer.Allowed _ -> Optional.empty();
            case Permissions.Answer.Denied denied -> Optional.of(denied.why());
            case Permissions.Answer.Hidden _ when people.isEmpty() && !accounts.pushers(fingerprint, id).isEmpty() ->
                    Optional.of("this key pushes to its app and does nothing else");
            case Permissions.Answer.Hidden _ -> Optional.ofNullable(new AppException.NotFound(line.given()).getMessage());
        };
    }

    /** It goes on working; git shows this beside its own lines. */
    private void noteFormerName(GitCommandLine line, App app) throws IOException {
        if (!line.app().equals(app.name()) && !line.app().equals(app.id().toString())) {
            err.write(("note: '" + line.app() + "' is a former name of the app '" + app.name() + "'\n").getBytes(StandardCharsets.UTF_8));
            err.flush();
        }
    }

    private int upload(Repository repository, @Nullable String protocol) throws IOException {
        var upload = new UploadPack(repository);
        upload.setTimeout(TIMEOUT_SECONDS);
        upload.setRefFilter(VISIBLE);
        if (protocol != null) {
            upload.setExtraParameters(List.of(protocol.split(":")));
        }
        upload.upload(in, out, err);
        return 0;
    }

    /** @param refusal asked again once all has come: that may take an hour, in which somebody may be removed */
    private int receive(ReceivingRepository repository, App app, AppReceivePack.Gates gates, Supplier<Optional<String>> refusal)
            throws IOException {
        var receive = new AppReceivePack(repository, limits, gates);
        var hook = new PushHook(deployer, app, refusal, gates::kept);
        receive.setTimeout(TIMEOUT_SECONDS);
        receive.setRefFilter(VISIBLE);
        receive.setAtomic(false);
        receive.setCheckReceivedObjects(true);
        receive.setObjectChecker(new PushedObjects());
        receive.setMaxCommandBytes(MAX_COMMAND_BYTES);
        receive.setAllowNonFastForwards(true);
        receive.setPreReceiveHook(hook);
        try {
            receive.receive(in, gates.afterwards(out), err);
        } finally {
            gates.kept();
        }
        // A client with nothing new sends no command at all, so no hook runs.
        if (!hook.asked()) {
            Optional<String> refused = refusal.get();
            return refused.isPresent() ? refuse(refused.get()) : restart(app);
        }
        return 0;
    }

    /** Nothing new came. When nothing of the app runs, that is a request to start it again. */
    private int restart(App app) throws IOException {
        Optional<PushRun> run = deployer.restart(app);
        if (run.isEmpty()) {
            return 0;
        }
        // git has ended its protocol, so the client sees the plain error stream: it adds no "remote: ".
        var outcome = new ProgressStream(err, "remote: ").follow(run.get());
        return outcome instanceof PushOutcome.Live ? 0 : 1;
    }
}
