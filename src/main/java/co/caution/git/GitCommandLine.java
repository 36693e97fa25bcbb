package co.caution.git;

import co.caution.account.Action;
import co.caution.app.AppException;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What an SSH client may ask for: {@code git-receive-pack} or {@code git-upload-pack} of one app.
 *
 * @param push whether it wants to send
 */
record GitCommandLine(boolean push, UUID app) {

    /** One path, quoted or not, with or without leading slash and trailing {@code .git}; the rest must be a UUID. */
    private static final Pattern COMMAND = Pattern.compile(
            "git-(receive|upload)-pack (')?/?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\\.git)?/?(')?");

    private static final Pattern NAME = Pattern.compile("git-(?:receive|upload)-pack '?/?([^']{1,80}?)(?:\\.git)?'?");

    static Optional<GitCommandLine> parse(String command) {
        var match = COMMAND.matcher(command);
        if (!match.matches() || (match.group(2) == null) != (match.group(4) == null)) {
            return Optional.empty();
        }
        return Optional.of(new GitCommandLine(match.group(1).equals("receive"), UUID.fromString(match.group(3))));
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
        return "Only git push, fetch and clone of an app are served here.";
    }
}
