package co.caution.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.e2e.Developer.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that is lost in each phase of its push, and a build that nobody ends. */
@Tag("full")
class PushFaultsIT {

    private static final String EXAMPLE = "docs/examples/hello";

    @TempDir
    static Path directory;

    private static Platform platform;

    @BeforeAll
    static void startThePlatform() throws Exception {
        platform = new Platform(Site.of(directory.resolve("home"), Site.cacheOfItsOwn(directory.resolve("cache"))),
                Map.of("caution.build.time-limit", "25s"));
    }

    @AfterAll
    static void stopThePlatform() {
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void aClientThatIsLostInAnyPhaseLosesNothingButTheView() throws Exception {
        var hal = developer("hal");
        for (String phase : List.of("Received", "Reading Procfile", "Fetching base images", "Building image", "Flattening image",
                "Built EIF", "Starting enclave", "Attested", "Healthy")) {
            assertThat(lost(hal, phase, "KILL").end().exitCode()).as(phase).isEqualTo(128 + 9);
        }
        for (String phase : List.of("Received", "Building image", "Attested")) {
            Result resumed = lost(hal, phase, "STOP").signal("CONT").end();
            assertThat(resumed.exitCode()).as(resumed.output()).isZero();
            assertThat(resumed.output()).contains("Deployment successful!");
        }
    }

    /** A push whose client gets the signal in a phase, and that is live nevertheless. */
    private static Conversation lost(Developer developer, String phase, String signal) throws Exception {
        developer.write("note.txt", signal + phase).commit(signal + " in " + phase);
        Conversation push = developer.begin("git", "push", "caution", "main");
        String build = push.await("caution builds output -f (\\w{8})").group(1);
        push.await(phase);
        push.signal(signal);
        Result followed = developer.caution("builds", "output", "-f", build);
        assertThat(followed.output()).as(signal + " in " + phase).contains(" is live", "Deployment successful!");
        assertThat(followed.exitCode()).isZero();
        assertThat(developer.git("ls-remote", "caution", "main").output())
                .startsWith(developer.git("rev-parse", "HEAD").output().strip());
        return push;
    }

    @Test
    void aPushThatWaitedIsLookedAtAgainWhenItsTurnComes() throws Exception {
        var lea = developer("lea");
        Conversation first = lea.begin("git", "push", "caution", "main");
        first.await("Received");
        Conversation same = lea.begin("git", "push", "caution", "main");
        same.await("number 1 in line");
        lea.write("note.txt", "more").commit("One more");
        Conversation next = lea.begin("git", "push", "caution", "main");
        next.await("number 2 in line");
        lea.git("commit", "-q", "--amend", "-m", "Another");
        Conversation other = lea.begin("git", "push", "--force", "caution", "main");
        assertThat(first.end().output()).contains("v1 is live");
        assertThat(same.end().output()).contains(" is live already, as v1", "Deployment successful!");
        assertThat(next.end().output()).as("a fast-forward of what went live meanwhile").contains("v2 is live");
        assertThat(other.end().output()).as("forced, but not over what its author never saw")
                .contains("the branch was moved by another push meanwhile", "[remote rejected]");
    }

    @Test
    void aTransferThatIsCutOffLeavesNothing() throws Exception {
        var ida = developer("ida");
        byte[] noise = new byte[60 << 20];
        new Random(1).nextBytes(noise);
        Files.write(ida.checkout.resolve("noise.bin"), noise);
        ida.commit("Much");
        Conversation push = ida.begin("git", "-c", "pack.threads=1", "push", "--progress", "caution", "main");
        push.await("Writing objects");
        push.signal("KILL").end();
        assertThat(ida.caution("builds").output()).contains("No builds.");
        Path repositories = platform.site.home().resolve("repositories");
        for (int tries = 0; unfinished(repositories) > 0; tries++) {
            assertThat(tries).as("half packs are removed when the service sees that the client is gone").isLessThan(100);
            ida.git("ls-remote", "caution"); // takes a moment, and shows that the service serves on
        }
        Files.delete(ida.checkout.resolve("noise.bin"));
        ida.git("add", "-A");
        ida.git("commit", "-q", "--amend", "-m", "Less");
        assertThat(ida.push().output()).contains("Deployment successful!");
    }

    @Test
    void aPushOf50MegabytesGoesLive() throws Exception {
        var kim = developer("kim");
        byte[] noise = new byte[50 << 20];
        new Random(2).nextBytes(noise);
        Files.write(kim.checkout.resolve("noise.bin"), noise);
        kim.commit("50 MB");
        assertThat(kim.push().output()).contains("Deployment successful!");
    }

    @Test
    void aBuildThatNobodyEndsIsEndedByItsTimeLimit() throws Exception {
        var joe = developer("joe").write("Containerfile", "FROM localhost/packages/toolchain\nRUN kill -STOP $$\n").commit("Never ends");
        Result push = joe.push();
        assertThat(push.output()).contains("the build did not end within 25 s and was stopped", "caution.build.time-limit");
        assertThat(push.exitCode()).isEqualTo(1);
        assertThat(platform.site.cache().resolve("work").toFile().list()).as("work directories").isEmpty();
        String work = platform.site.cache().resolve("work").toString();
        assertThat(ProcessHandle.allProcesses().flatMap(process -> process.info().commandLine().stream())
                .filter(line -> line.contains(work))).as("processes of builds").isEmpty();
    }

    private static long unfinished(Path repositories) throws Exception {
        try (var files = Files.walk(repositories)) {
            return files.filter(file -> file.getFileName().toString().startsWith("incoming")).count();
        }
    }

    private static Developer developer(String name) throws Exception {
        var developer = new Developer(platform.site, directory.resolve(name), name, true).withExample(EXAMPLE);
        developer.caution("init", "--name", name);
        return developer.commit("Link the app");
    }
}
