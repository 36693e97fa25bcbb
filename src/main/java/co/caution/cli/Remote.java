package co.caution.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The git remote {@code caution} of a repository.
 *
 * @param url as configured; absent when there is no such remote
 * @param appId the app that it leads to; absent for a remote that is somebody else's idea
 */
record Remote(Path root, @Nullable String url, @Nullable String appId) {

    static final String NAME = "caution";
    /** No host that ssh would take for an option, nothing that would steer a terminal when git shows it. */
    private static final Pattern APP_IN_URL = Pattern.compile("^ssh://(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9\\[][\\x21-\\x7e&&[^@]]*"
            + "/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\\.git)?/?\\z");

    /** @throws CliException for a remote that is not this command's to change */
    static Remote of(Path root) {
        // Not "remote get-url": that shows what insteadOf makes of it.
        Git.Result configured = Git.run(root, "config", "--get-all", "remote." + NAME + ".url");
        List<String> urls = configured.ok() ? configured.output().lines().toList() : List.of();
        if (urls.isEmpty()) {
            return new Remote(root, null, null);
        }
        Matcher app = APP_IN_URL.matcher(urls.getFirst());
        if (urls.size() > 1 || !app.find()) {
            throw new CliException("foreign_remote", "This repository has a git remote '" + NAME + "' already that leads to no Caution app: "
                    + String.join(", ", urls) + ". It is left as it is. Give it another name, then run 'caution init' again:"
                    + " git remote rename " + NAME + " OTHER");
        }
        return new Remote(root, urls.getFirst(), app.group(1));
    }

    /** @return what was done: added, changed or unchanged */
    String leadTo(String gitUrl) {
        // A server is believed about its addresses, not about what git may be told to do.
        if (!APP_IN_URL.matcher(gitUrl).find()) {
            throw new CliException("The server's answer has no address to push to; is it a Caution server?");
        }
        if (url == null) {
            Git.require(root, "remote", "add", NAME, gitUrl);
            return "added";
        }
        if (url.equals(gitUrl)) {
            return "unchanged";
        }
        Git.require(root, "remote", "set-url", NAME, gitUrl);
        return "changed";
    }
}
