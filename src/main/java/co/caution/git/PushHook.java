package co.caution.git;

import co.caution.app.App;
import co.caution.app.AppException;
import co.caution.app.Deployer;
import co.caution.app.PushOutcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.PreReceiveHook;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.eclipse.jgit.transport.ReceiveCommand.Type;
import org.eclipse.jgit.transport.ReceivePack;
import org.jspecify.annotations.Nullable;

/**
 * Turns a push into a build and a deployment. It runs before any ref moves, which is the only moment when a failure
 * can reach the client as a rejected push. What deploys nothing (tags, the deletion of a branch that is not deployed) is
 * left to JGit.
 */
final class PushHook implements PreReceiveHook {

    private final Deployer deployer;
    private final App app;
    private final Supplier<Optional<String>> notPermitted;
    private final Runnable pinned;
    private boolean asked;

    /** @param pinned called once a ref leads to all that came, where that is before the end */
    PushHook(Deployer deployer, App app, Supplier<Optional<String>> notPermitted, Runnable pinned) {
        this.deployer = deployer;
        this.app = app;
        this.notPermitted = notPermitted;
        this.pinned = pinned;
    }

    /** Whether the client asked for any ref to move. */
    boolean asked() {
        return asked;
    }

    @Override
    public void onPreReceive(ReceivePack pack, Collection<ReceiveCommand> commands) {
        asked = true;
        @Nullable String refusal = notPermitted.get().orElseGet(() -> refusal(commands, pack.getRepository()));
        if (refusal != null) {
            refuse(pack, commands, refusal);
            return;
        }
        var branch = commands.stream().filter(command -> isBranch(command) && command.getType() != Type.DELETE).findFirst();
        if (branch.isEmpty()) {
            if (!commands.isEmpty()) { // none: JGit has refused them all
                pack.sendMessage("Nothing was built: only pushes of a branch deploy.");
            }
            return;
        }
        deploy(pack, branch.get(), commands);
    }

    private void deploy(ReceivePack pack, ReceiveCommand command, Collection<ReceiveCommand> all) {
        try {
            var run = deployer.push(app, command.getRefName(), command.getOldId(), command.getNewId());
            if (all.size() == 1) { // tags beside it are made when all is over
                pinned.run();
            }
            switch (new ProgressStream(pack.getMessageOutputStream(), "").follow(run)) {
                // The worker has moved the branch itself: it would have done so without a client, too.
                case PushOutcome.Live _ -> command.setResult(ReceiveCommand.Result.OK);
                case PushOutcome.Cancelled _ -> reject(all, "cancelled");
                case PushOutcome.Failed failed -> reject(all, failed.phase() + " failed");
            }
        } catch (AppException.Conflict e) {
            refuse(pack, all, e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void refuse(ReceivePack pack, Collection<ReceiveCommand> commands, @Nullable String why) {
        pack.sendMessage("fatal: nothing was built: " + why);
        reject(commands, "not deployed, see above");
    }

    private @Nullable String refusal(Collection<ReceiveCommand> commands, Repository repository) {
        List<ReceiveCommand> branches = commands.stream().filter(PushHook::isBranch).toList();
        if (branches.size() > 1) {
            return "these are " + branches.size() + " branches and one is live at a time; name it: git push caution "
                    + (app.deployBranch() == null ? "main" : Repository.shortenRefName(app.deployBranch()));
        }
        for (var command : commands) {
            if (!isBranch(command) && !command.getRefName().startsWith(Constants.R_TAGS)) {
                return command.getRefName() + " is neither a branch nor a tag";
            }
        }
        long more = commands.stream().filter(command -> command.getType() == Type.CREATE).count();
        long fewer = commands.stream().filter(command -> command.getType() == Type.DELETE).count();
        if (more > fewer && refs(repository) + more - fewer > PushLimits.MOST_REFS) {
            return "with them the app would have more than " + PushLimits.MOST_REFS + " branches and tags, the most that one may;"
                    + " delete some that nobody needs: git push caution :refs/tags/NAME";
        }
        for (var command : branches) {
            boolean deployed = app.deploysFrom(command.getRefName());
            if (command.getType() == Type.DELETE && deployed) {
                return "this app deploys from " + Repository.shortenRefName(command.getRefName()) + ", which is therefore not"
                        + " deleted; to remove the app: caution apps destroy";
            }
            if (command.getType() != Type.DELETE && !deployed) {
                return app.otherBranch(command.getRefName());
            }
        }
        return null;
    }

    private static int refs(Repository repository) {
        try {
            return repository.getRefDatabase().getRefsByPrefix(Constants.R_HEADS, Constants.R_TAGS).size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isBranch(ReceiveCommand command) {
        return command.getRefName().startsWith(Constants.R_HEADS);
    }

    private static void reject(Collection<ReceiveCommand> commands, String why) {
        commands.forEach(command -> command.setResult(ReceiveCommand.Result.REJECTED_OTHER_REASON, why));
    }
}
