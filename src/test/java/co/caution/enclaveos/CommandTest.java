package co.caution.enclaveos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class CommandTest {

    private static final Path HERE = Path.of("/");
    private static final Map<String, String> ENVIRONMENT = Map.of("PATH", "/usr/bin:/bin");

    @Test
    void aToolSeesNothingOfOurEnvironment() throws Exception {
        assertThat(new Command(HERE, Map.of("PATH", "/usr/bin:/bin", "A", "b"), "env").output().lines())
                .contains("A=b")
                .noneMatch(line -> line.startsWith("HOME=") || line.startsWith("USER="));
        assertThat(new Command(HERE, ENVIRONMENT, "sh", "-c", "umask").output()).isEqualTo("0022\n");
    }

    @Test
    void aFailureEndsWithTheToolsOwnWords() {
        assertThatThrownBy(() -> new Command(HERE, ENVIRONMENT, "sh", "-c", "echo it broke >&2; exit 7").output())
                .isInstanceOf(EnclaveOsBuildException.class)
                .hasMessageContaining("failed with 7")
                .hasMessageContaining("it broke");
    }

    @Test
    void anInterruptKillsTheWholeTree() throws Exception {
        List<Long> pids = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch running = new CountDownLatch(2);
        AtomicReference<Throwable> end = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                new Command(HERE, ENVIRONMENT, "sh", "-c", "echo $$; sh -c 'echo $$; exec sleep 600' & wait")
                        .run(line -> {
                            pids.add(Long.valueOf(line));
                            running.countDown();
                        });
            } catch (Exception e) {
                end.set(e);
            }
        });
        assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
        thread.interrupt();
        thread.join(10_000);
        assertThat(end.get()).isInstanceOf(InterruptedException.class);
        for (long pid : pids) {
            assertThat(running(pid)).as("process %d", pid).isFalse();
        }
    }

    /** A zombie that nobody has reaped yet does not run. */
    private static boolean running(long pid) throws IOException {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
