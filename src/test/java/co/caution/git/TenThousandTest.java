package co.caution.git;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Under the limits that a service has by itself. */
@Tag("full")
@Timeout(300)
class TenThousandTest {

    private static final int CONNECTIONS = 10_000;
    private static final SshLimits BY_DEFAULT =
            new SshLimits(500, 100, 32, 100, 20, Duration.ofMinutes(2), 6, Duration.ofHours(1));

    @TempDir
    Path directory;

    /** All of them are held by their client to the end; another fifty a second come while git is at work. */
    @Test
    void halfOpenConnectionsFromAsManyAddressesAndGitIsServedMeanwhile() throws Exception {
        long files = ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getMaxFileDescriptorCount();
        assertThat(files).as("files that a process may have open: ulimit -n must be raised for this test").isGreaterThan(CONNECTIONS + 2_000);
        List<Socket> sockets = new ArrayList<>();
        var over = new AtomicBoolean();
        try (var server = new TestSshServer(directory.resolve("home"), BY_DEFAULT)) {
            String ssh = server.sshClient(directory);
            long began = System.nanoTime();
            while (sockets.size() < CONNECTIONS) {
                sockets.add(server.connect(address(sockets.size())));
            }
            long took = since(began);
            var more = CompletableFuture.runAsync(() -> {
                while (!over.get()) {
                    try {
                        sockets.add(server.connect(address(sockets.size())));
                        TimeUnit.MILLISECONDS.sleep(20);
                    } catch (IOException | InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }
            });
            var listed = new ArrayList<Long>();
            for (int i = 0; i < 5; i++) {
                long asked = System.nanoTime();
                var git = new ProcessBuilder("git", "ls-remote", "git@127.0.0.1:" + server.app.id() + ".git");
                git.environment().put("GIT_SSH_COMMAND", ssh);
                assertThat(git.redirectErrorStream(true).start().waitFor()).as("git ls-remote").isZero();
                listed.add(since(asked));
            }
            int open = server.sessions();
            over.set(true);
            more.join();
            assertThat(open).isLessThanOrEqualTo(BY_DEFAULT.logins() + 10);
            assertThat(server.turnedAway("logins")).isGreaterThan(CONNECTIONS - 2 * BY_DEFAULT.logins());
            System.out.println(CONNECTIONS + " half-open connections in " + took + " ms; " + open + " were left open, "
                    + (int) server.turnedAway("logins") + " made room; git ls-remote meanwhile: " + listed + " ms");
            for (Socket socket : sockets) {
                socket.close();
            }
            server.nothingIsLeft();
        }
    }

    private static String address(int number) {
        return "127." + (8 + number / 50_000) + "." + number / 250 % 200 + "." + (1 + number % 250);
    }

    private static long since(long began) {
        return Duration.ofNanos(System.nanoTime() - began).toMillis();
    }
}
