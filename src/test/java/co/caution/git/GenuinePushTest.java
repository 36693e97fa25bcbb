package co.caution.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is refused to others must not be refused to git itself: whole objects, chains of differences, and packs that need what is here. */
@Timeout(60)
class GenuinePushTest {

    @TempDir
    Path directory;

    @Test
    void aHistoryAndThenADifferenceToIt() throws Exception {
        try (var server = new TestSshServer(directory.resolve("home"), TestSshServer.ROOMY)) {
            String ssh = server.sshClient(directory);
            String url = "git@127.0.0.1:" + server.app.id() + ".git";
            Path work = Files.createDirectory(directory.resolve("work"));
            git(work, ssh, "init", "-q", "-b", "main");
            for (int i = 0; i < 12; i++) {
                commit(work, ssh, i);
            }
            assertThat(git(work, ssh, "push", url, "main")).contains("remote: fatal: nothing was built: it was taken");

            String head = git(work, ssh, "rev-parse", "HEAD").strip();
            git(server.directory(server.app), ssh, "update-ref", "refs/heads/main", head);
            commit(work, ssh, 100);
            assertThat(git(work, ssh, "push", url, "main")).contains("remote: fatal: nothing was built: it was taken");
            assertThat(git(work, ssh, "-c", "protocol.version=2", "ls-remote", url)).contains(head + "\trefs/heads/main");
            git(directory, ssh, "clone", "-q", "-b", "main", "ssh://git@127.0.0.1/" + server.app.id() + ".git", "copy");
            assertThat(directory.resolve("copy/large")).hasSameTextualContentAs(large(directory.resolve("again"), 11));
            server.nothingIsLeft();
        }
    }

    private static void commit(Path work, String ssh, int number) throws Exception {
        large(work.resolve("large"), number);
        git(work, ssh, "add", "-A");
        git(work, ssh, "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-q", "-m", "Number " + number);
    }

    /** Much of it stays as it was. */
    private static Path large(Path file, int number) throws IOException {
        return Files.writeString(file, IntStream.range(0, 20_000).mapToObj(line -> line == number * 7 ? "changed" : "line " + line * 31)
                .collect(Collectors.joining("\n", "", "\n")));
    }

    private static String git(Path directory, String ssh, String... arguments) throws Exception {
        var builder = new ProcessBuilder(Stream.concat(Stream.of("git"), Stream.of(arguments)).toList()).directory(directory.toFile())
                .redirectErrorStream(true);
        builder.environment().putAll(Map.of("GIT_SSH_COMMAND", ssh, "GIT_CONFIG_NOSYSTEM", "1", "HOME", directory.toString(), "LC_ALL", "C.UTF-8"));
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output.lines().filter(line -> !line.contains("Permanently added")).map(line -> line + "\n").collect(Collectors.joining());
    }
}
