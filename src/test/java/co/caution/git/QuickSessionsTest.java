package co.caution.git;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * OpenSSH and git, one session after the other, each over as soon as it has its answer, under the limits that a service has by
 * itself: no place is given back too late, no answer is cut, no exit status is missing. {@code -DargLine=-Dsessions=5000} tries harder.
 */
@Tag("full")
@Timeout(1800)
class QuickSessionsTest {

    private static final int SESSIONS = Integer.getInteger("sessions", 400);
    private static final int AT_ONCE = 8;
    private static final SshLimits BY_DEFAULT =
            new SshLimits(500, 100, 32, 100, 20, Duration.ofMinutes(2), 6, Duration.ofHours(1));
    /** More than one window of a channel's, so that the end of it waits for the client. */
    private static final String LARGE = "[" + "{\"name\":\"an-app\",\"state\":\"running\"},".repeat(80_000) + "{}]";

    @TempDir
    Path directory;

    @Test
    void eachHasItsWholeAnswerAndItsExitStatus() throws Exception {
        try (var server = new TestSshServer(directory.resolve("home"), BY_DEFAULT);
                var clients = Executors.newFixedThreadPool(AT_ONCE)) {
            server.api.answer = TestApi.said(200, LARGE, "succeeded");
            String ssh = server.sshClient(directory) + " -o LogLevel=ERROR";
            var git = List.of("git", "ls-remote", "git@127.0.0.1:" + server.app.id() + ".git");
            var words = new ArrayList<>(List.of(ssh.split(" ")));
            words.addAll(List.of("git@127.0.0.1", "apps", "list", "--json"));

            var all = new ArrayList<Future<Void>>();
            for (int i = 0; i < SESSIONS; i++) {
                boolean asksGit = i % 2 == 0;
                all.add(clients.submit(() -> ends(asksGit ? git : words, ssh, asksGit ? "" : LARGE)));
            }
            try {
                for (var each : all) {
                    each.get();
                }
            } finally {
                clients.shutdownNow(); // after the first that is not as it should be, no others are waited for
            }
            server.nothingIsLeft();
        }
    }

    private static Void ends(List<String> command, String ssh, String saying) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("GIT_SSH_COMMAND", ssh);
        builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
        var process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int exit = process.waitFor();
        if (exit != 0 || !said.equals(saying)) { // far too long to be shown whole
            fail("exit %d of %s after %d characters: %s", exit, command.getFirst(), said.length(), said.substring(0, Math.min(500, said.length())));
        }
        return null;
    }
}
