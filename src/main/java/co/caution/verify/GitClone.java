package co.caution.verify;

import co.caution.build.Trees;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.api.errors.JGitInternalException;
import org.eclipse.jgit.lib.EmptyProgressMonitor;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.URIish;

/**
 * A repository of a stranger's, fetched to be read: bare, without its submodules, asking nobody for a password. Only
 * transports that say whom they speak to are taken, since what comes is what will be trusted.
 */
final class GitClone {

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final long MOST_BYTES = 2L << 30;
    private static final int SILENCE_SECONDS = 60;

    private GitClone() {}

    /** @param newest whether the newest commit is enough */
    static Repository of(String url, Path to, boolean newest) throws IOException {
        URIish uri = uri(url);
        var limits = new Limits(to);
        var clone = Git.cloneRepository()
                .setURI(uri.toPrivateString())
                .setGitDir(to.toFile())
                .setBare(true)
                .setCloneSubmodules(false)
                .setTimeout(SILENCE_SECONDS)
                .setProgressMonitor(limits)
                .setTransportConfigCallback(transport -> {
                    if (transport instanceof SshTransport ssh) {
                        ssh.setSshSessionFactory(new SystemSsh());
                    }
                });
        if (newest) {
            clone.setDepth(1);
        }
        try {
            return clone.call().getRepository();
        } catch (GitAPIException | JGitInternalException e) {
            throw new IOException("the repository " + uri.setPass(null) + " cannot be fetched: "
                    + (limits.exceeded.isEmpty() ? reason(e) : limits.exceeded), e);
        }
    }

    private static URIish uri(String url) throws IOException {
        URIish uri;
        try {
            uri = new URIish(url);
        } catch (URISyntaxException e) {
            throw new IOException("'" + url + "' is not a repository's URL", e);
        }
        String scheme = uri.getScheme() == null ? "ssh" : uri.getScheme();
        if (uri.getPass() != null) {
            throw new IOException("a URL with a password in it is kept in too many places; use a repository that everybody may read, or ssh");
        }
        switch (scheme) {
            case "https", "file", "ssh" -> {
                return uri;
            }
            case "http", "git" -> throw new IOException(scheme + ":// does not say who answers, so anybody on the way could choose what you"
                    + " trust; use https:// or ssh://");
            default -> throw new IOException("'" + scheme + "' is not a way to fetch a repository; use https://, ssh:// or file://");
        }
    }

    private static String reason(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause.getCause().getMessage() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    /** Looked at whenever something came. */
    private static final class Limits extends EmptyProgressMonitor {

        private static final long EVERY = Duration.ofMillis(250).toNanos();

        private final Path directory;
        private final long end = System.nanoTime() + PATIENCE.toNanos();
        private long next = System.nanoTime();
        private String exceeded = "";

        Limits(Path directory) {
            this.directory = directory;
        }

        @Override
        public boolean isCancelled() {
            long now = System.nanoTime();
            if (now - end > 0) {
                exceeded = "it takes longer than " + PATIENCE.toMinutes() + " minutes";
            } else if (now - next > 0) {
                next = now + EVERY;
                try {
                    if (Trees.size(directory) > MOST_BYTES) {
                        exceeded = "it is larger than 2 GiB";
                    }
                } catch (IOException e) {
                    return false; // the next look sees what it became
                }
            }
            return !exceeded.isEmpty();
        }
    }
}
