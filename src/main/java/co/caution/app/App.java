package co.caution.app;

import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;

/**
 * Something that is pushed to, and of which at most one release is live.
 *
 * @param organizationId whose it is
 * @param name 3 to 63 characters of {@code [a-z0-9-_]}; only for people: paths are made from the id
 * @param deployBranch the branch whose pushes deploy, as {@code refs/heads/main}; set by the first push
 */
public record App(UUID id, UUID organizationId, String name, @Nullable String deployBranch, Instant createdAt) {

    public static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]");

    public App {
        if (name == null || !isName(name)) {
            throw new AppException("The app name '" + name + "' is not valid: use 3 to 63 characters of a-z, 0-9, '-'"
                    + " and '_', with a letter or digit first and last.");
        }
    }

    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** Whether a push to this branch deploys; before the first push any branch does. */
    public boolean deploysFrom(String ref) {
        return deployBranch == null || deployBranch.equals(ref);
    }

    /** Why a push to another branch is refused, and what would change that. */
    public String otherBranch(String ref) {
        return "this app deploys from " + Repository.shortenRefName(String.valueOf(deployBranch))
                + "; to deploy from this branch instead: caution apps branch " + Repository.shortenRefName(ref);
    }
}
