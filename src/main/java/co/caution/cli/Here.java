package co.caution.cli;

import co.caution.verify.AppSource;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.revwalk.RevWalkUtils;
import org.jspecify.annotations.Nullable;

/**
 * What lies in a checkout. It may be a stranger's: {@code git status} would run what its {@code .git/config} names
 * (fsmonitor, filters), and {@code git rev-list} fetch by a command named there. Nothing is run here.
 *
 * @param commit HEAD's; null before the first
 * @param changed whether there are changes that are not committed
 * @param distance from another commit; null where the repository does not have that
 */
record Here(@Nullable String commit, boolean changed, @Nullable Distance distance) {

    /** In commits. */
    record Distance(int ahead, int behind) {}

    /** @param from the commit to count from, as a server names it */
    static Here of(Checkout checkout, String from) {
        try (AppSource source = AppSource.checkout(checkout.root(), checkout.root().toString(), AppSource.HEAD).orElse(null)) {
            return source == null
                    ? new Here(null, false, null)
                    : new Here(source.commit().name(), source.changed(), distance(source.repository(), from, source.commit()).orElse(null));
        } catch (IOException e) {
            return new Here(null, false, null); // nothing is committed yet
        }
    }

    private static Optional<Distance> distance(Repository repository, String from, ObjectId to) {
        if (!ObjectId.isId(from)) {
            return Optional.empty();
        }
        try (var walk = new RevWalk(repository)) {
            var live = walk.parseCommit(ObjectId.fromString(from));
            var head = walk.parseCommit(to);
            return Optional.of(new Distance(RevWalkUtils.count(walk, head, live), RevWalkUtils.count(walk, live, head)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
