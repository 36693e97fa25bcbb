package co.caution.git;

import co.caution.account.Action;
import co.caution.app.AppException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an SSH client may ask for: {@code git-receive-pack} or {@code git-upload-pack} of one app.
 *
 * @param push whether it wants to send
 * @param organization where the app is; null where it is not said
 * @param app its id or name
 */
record GitCommandLine(boolean push, @Nullable String organization, String app) {

    /**
     * One path, quoted or not, with or without leading slash and trailing {@code .git}: {@code app} or
     * {@code organization/app}. What is no name of ours names nothing, and never gets near a file system.
     */
    private static final Pattern COMMAND = Pattern.compile(
            "git-(receive|upload)-pack (')?/?(?:([a-z0-9_-]{3,32})/)?([a-z0-9_-]{3,63})(?:\\.git)?/?(')?");

    private static final Pattern NAME = Pattern.compile("git-(?:receive|upload)-pack '?/?([^']{1,80}?)(?:\\.git)?'?");

    static Optional<GitCommandLine> parse(String command) {
        var match = COMMAND.matcher(command);
        if (!match.matches() || (match.group(2) == null) != (match.group(5) == null)) {
            return Optional.empty();
        }
        return Optional.of(new GitCommandLine(match.group(1).equals("receive"), match.group(3), match.group(4)));
    }

    /** The app as the client wrote it. */
    String given() {
        return organization == null ? app : organization + "/" + app;
    }

    /** What it takes to be permitted. */
    Action action() {
        return push ? Action.DEPLOY : Action.FETCH_SOURCE;
    }

    /** The line to show to somebody whose command was not understood. */
    static String refusal(String command) {
        var match = NAME.matcher(command);
        if (match.matches() && match.group(1).matches("[\\w.-]+")) {
            return new AppException.NotFound(match.group(1)).getMessage();
        }
        return "Only git push, fetch and clone of an app are served here, and what 'help' shows.";
    }
}
