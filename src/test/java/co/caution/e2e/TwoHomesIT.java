package co.caution.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.cli.EnclaveOs;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The same commit, pushed to two services that share nothing but the kernel of EnclaveOS (which takes minutes to compile):
 * another user, umask, time zone, language and directory, cold caches. Where the tests do not run as root the user is the
 * same and the rest differs.
 */
class TwoHomesIT {

    private static final JsonMapper JSON = new JsonMapper();
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));
    private static final int OTHER_UID = 4242;
    private static final Duration START = Duration.ofMinutes(5);

    @TempDir
    Path directory;

    @Test
    void twoServicesBuildTheSameImageOfTheSameCommit() throws Exception {
        Site.requirePrerequisites();
        EnclaveOs.ready(Site.userCache());
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path jar = Files.copy(Path.of("target", "caution.jar"), directory.resolve("caution.jar"));

        Site here = site("a");
        Site there = site("another place/of work");
        Process first = start(jar, here, "022", Map.of("TZ", "UTC", "LANG", "C"), false);
        try {
            Process second = start(jar, there, "077", Map.of("TZ", "Asia/Kathmandu", "LANG", "tr_TR.UTF-8"), ROOT);
            try {
                await(here, first);
                await(there, second);
                var developer = new Developer(here, directory.resolve("anna"), "anna", true).withExample("docs/examples/hello");
                var sameCommit = new Developer(there, directory.resolve("otto"), "otto", true);
                sameCommit.git("fetch", "-q", developer.checkout.toString(), "main");
                sameCommit.git("reset", "-q", "--hard", "FETCH_HEAD");

                JsonNode one = release(developer);
                JsonNode other = release(sameCommit);
                for (String pcr : List.of("pcr0", "pcr1", "pcr2")) {
                    assertThat(other.path(pcr).asString()).as(pcr).isEqualTo(one.path(pcr).asString()).hasSize(96);
                }
            } finally {
                stop(second);
            }
        } finally {
            stop(first);
        }
    }

    private Site site(String name) throws IOException {
        Path place = Files.createDirectories(directory.resolve(name));
        return Site.of(place.resolve("home"), place.resolve("cache"));
    }

    private static JsonNode release(Developer developer) throws Exception {
        assertThat(developer.caution("init", "--name", "hello").output()).contains("App created!");
        var push = developer.push();
        assertThat(push.exitCode()).as(push.output()).isZero();
        return JSON.readTree(developer.caution("apps", "get", "--json").output()).path("release");
    }

    private Process start(Path jar, Site site, String umask, Map<String, String> environment, boolean otherUser)
            throws IOException, InterruptedException {
        Path kernels = Site.userCache().resolve("enclaveos").resolve("kernel");
        Path to = Files.createDirectories(site.cache().resolve("enclaveos")).resolve("kernel");
        run("cp", "-r", kernels.toString(), to.toString());
        var command = new ArrayList<String>();
        if (otherUser) {
            run("chown", "-R", OTHER_UID + ":" + OTHER_UID, site.home().getParent().toString());
            command.addAll(asAnotherUser());
        }
        command.addAll(List.of("sh", "-c", "umask " + umask + "; exec \"$@\"", "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar.toString(),
                "--workdir", site.cache().toString(), "server", "--home", site.home().toString(),
                "--http-port", "" + site.httpPort(), "--ssh-port", "" + site.sshPort(),
                "--app-ports", site.firstPort() + "-" + site.lastPort()));
        var builder = new ProcessBuilder(command).directory(site.home().getParent().toFile()).redirectErrorStream(true)
                .redirectOutput(directory.resolve("server-" + site.httpPort() + ".log").toFile());
        builder.environment().putAll(environment);
        builder.environment().put("HOME", site.home().getParent().toString());
        return builder.start();
    }

    /** A user who exists in one mount namespace only: nothing is left on the machine. */
    private List<String> asAnotherUser() throws IOException {
        Path etc = Files.createDirectories(directory.resolve("etc"));
        for (String file : List.of("passwd", "subuid", "subgid")) {
            Path real = Path.of("/etc", file);
            Files.writeString(etc.resolve(file), (Files.exists(real) ? Files.readString(real) : "")
                    + (file.equals("passwd")
                            ? "otto:x:" + OTHER_UID + ":" + OTHER_UID + "::/nonexistent:/bin/sh\n"
                            : "otto:300000:65536\n"));
        }
        return List.of("unshare", "--mount", "sh", "-c", """
                etc=$1; shift
                for file in passwd subuid subgid; do [ -e /etc/$file ] || : >/etc/$file; mount --bind "$etc/$file" "/etc/$file"; done
                exec setpriv --reuid %1$d --regid %1$d --clear-groups -- "$@"
                """.formatted(OTHER_UID), "sh", etc.toString());
    }

    private void await(Site site, Process server) throws Exception {
        long deadline = System.nanoTime() + START.toNanos();
        try (var client = HttpClient.newHttpClient()) {
            var health = HttpRequest.newBuilder(URI.create(site.server() + "/health")).build();
            while (System.nanoTime() < deadline && !server.waitFor(200, TimeUnit.MILLISECONDS)) {
                try {
                    if (client.send(health, BodyHandlers.discarding()).statusCode() == 200) {
                        return;
                    }
                } catch (IOException e) {
                    // Not yet.
                }
            }
        }
        throw new AssertionError("the server did not start: "
                + Files.readString(directory.resolve("server-" + site.httpPort() + ".log")));
    }

    private static void stop(Process server) throws InterruptedException {
        server.destroy();
        if (!server.waitFor(60, TimeUnit.SECONDS)) {
            server.destroyForcibly().waitFor();
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    }
}
