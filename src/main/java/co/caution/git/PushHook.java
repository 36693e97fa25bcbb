package co.caution.git;

import co.caution.app.App;
import co.caution.app.Deployer;
import co.caution.app.PushOutcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.transport.PreReceiveHook;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.eclipse.jgit.transport.ReceivePack;
import org.jspecify.annotations.Nullable;

/**
 * Turns a push into a build and a deployment. It runs before any ref moves, which is the only moment when a failure
 * can reach the client as a rejected push.
 */
final class PushHook implements PreReceiveHook {

    private final Deployer deployer;
    private final App app;
    private boolean asked;

    PushHook(Deployer deployer, App app) {
        this.deployer = deployer;
        this.app = app;
    }

    /** Whether the client asked for any ref to move. */
    boolean asked() {
        return asked;
    }

    @Override
    public void onPreReceive(ReceivePack pack, Collection<ReceiveCommand> commands) {
        asked = true;
        if (commands.isEmpty()) {
            return; // JGit has refused them all
        }
        @Nullable String refusal = refusal(commands);
        if (refusal != null) {
            commands.forEach(command -> reject(command, refusal));
            return;
        }
        var command = commands.iterator().next();
        try {
            var run = deployer.push(app, command.getRefName(), command.getOldId(), command.getNewId());
            switch (new ProgressStream(pack.getMessageOutputStream(), "").follow(run)) {
                // The worker has moved the branch itself: it would have done so without a client, too.
                case PushOutcome.Live _ -> command.setResult(ReceiveCommand.Result.OK);
                case PushOutcome.Failed failed -> reject(command, failed.phase() + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable String refusal(Collection<ReceiveCommand> commands) {
        if (commands.size() > 1) {
            return "push one branch at a time";
        }
        var command = commands.iterator().next();
        if (!command.getRefName().startsWith(Constants.R_HEADS)) {
            return "only branches deploy; push a branch";
        }
        if (command.getType() == ReceiveCommand.Type.DELETE) {
            return "a deployed branch is not deleted; use 'caution apps destroy'";
        }
        return app.deploysFrom(command.getRefName()) ? null : app.otherBranch();
    }

    private static void reject(ReceiveCommand command, String why) {
        command.setResult(ReceiveCommand.Result.REJECTED_OTHER_REASON, why);
    }
}
