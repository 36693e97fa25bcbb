package co.caution.git;

import java.io.IOException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.errors.PackProtocolException;
import org.eclipse.jgit.errors.TooLargeObjectInPackException;
import org.eclipse.jgit.errors.TooLargePackException;
import org.eclipse.jgit.internal.submodule.SubmoduleValidator.SubmoduleValidationException;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.ReceivePack;
import org.springframework.util.unit.DataSize;

/** Takes what a push brings, or says in one line why it does not. */
final class AppReceivePack extends ReceivePack {

    private final PushLimits limits;

    AppReceivePack(Repository into, PushLimits limits) {
        super(into);
        this.limits = limits;
        setMaxPackSizeLimit(limits.pack().toBytes());
        setMaxObjectSizeLimit(limits.object().toBytes());
    }

    @Override
    protected void receivePackAndCheckConnectivity() throws IOException, SubmoduleValidationException {
        try {
            super.receivePackAndCheckConnectivity();
        } catch (TooLargePackException e) {
            throw refused("this push is larger than " + size(limits.pack()) + ", the most that one may bring; keep large"
                    + " files out of git and fetch them in the build, pinned by digest", e);
        } catch (TooLargeObjectInPackException e) {
            throw refused("a file of this push is larger than " + size(limits.object()) + ", the most that one may have;"
                    + " keep it out of git (out of its history, too) and fetch it in the build, pinned by digest", e);
        } catch (MissingObjectException e) {
            throw getClientShallowCommits().isEmpty()
                    ? e
                    : refused("this clone is shallow: commits before its first are missing here and there; git fetch"
                            + " --unshallow, then push again", e);
        }
    }

    private static PackProtocolException refused(String why, Exception cause) {
        return new PackProtocolException(why, cause);
    }

    private static String size(DataSize size) {
        return size.toMegabytes() > 0 ? size.toMegabytes() + " MiB" : size.toBytes() + " bytes";
    }
}
