package co.caution.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.e2e.Developer.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kill -9 of the service in every phase of a push. A phase is begun when the client has been shown its line. */
@Tag("full")
class CrashPhasesIT {

    @TempDir
    static Path directory;

    private static Service service;
    private static Developer anna;
    private static LiveApp app;
    private static int edits;

    @BeforeAll
    static void startAndPushOnce() throws Exception {
        service = new Service(directory.resolve("service"), Map.of()).start();
        anna = new Developer(service.site, directory.resolve("anna"), "anna", true).withExample("docs/examples/hello");
        anna.caution("init", "--name", "hello");
        anna.replace("hello.c", "\"%s\\n\"", "\"%s edit 0\\n\"");
        app = LiveApp.of(anna.commit("Link the app").push());
    }

    @AfterAll
    static void stop() throws Exception {
        if (service != null) {
            service.close();
        }
    }

    @BeforeEach
    void isUp() throws Exception {
        if (!service.process().isAlive()) {
            service.start();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Writing objects:", "Exporting source", "Fetching base images", "Building image", "STEP 2", "Flattening image",
        "Building enclave image", "Built EIF", "Release v", "Starting enclave", "Attested", "Healthy", " is live"})
    void aServiceKilledInAPhaseStartsWhatWasLiveAndTakesThePushAgain(String phase) throws Exception {
        String before = edit(phase.equals("Writing objects:"));
        String after = "edit " + edits;
        String commit = anna.git("rev-parse", "HEAD").output().strip();
        try (var push = anna.startPush().awaitText(phase)) {
            service.kill();
            push.end();
        }
        service.remains().nothingIsAlive();

        service.start();
        service.remains().noFileIsLeft();
        app.awaitAnswer("edit");
        assertThat(app.attests()).isEqualTo(200);
        boolean live = app.gives(after);
        String branch = anna.git("ls-remote", "caution", "refs/heads/main").output();
        assertThat(branch.contains(commit)).as("the branch is where the live release comes from: " + branch).isEqualTo(live);
        assertThat(app.answer()).contains(live ? after : before);
        assertThat(anna.caution("builds", "list").output().lines().filter(line -> line.contains("running"))).isEmpty();

        Result again = anna.push();
        assertThat(again.exitCode()).as(again.output()).isZero();
        app.awaitAnswer(after);
        service.remains().noFileIsLeft();
    }

    /** What is on disk when the service is killed after the release went live and before the branch moved. */
    @Test
    void theBranchFollowsAReleaseThatWentLiveJustBeforeTheEnd() throws Exception {
        edit(false);
        String old = anna.git("rev-parse", "HEAD~1").output().strip();
        String commit = anna.git("rev-parse", "HEAD").output().strip();
        anna.push();
        app.awaitAnswer("edit " + edits);
        asIfNotRecorded(commit);
        service.kill();
        Path repository;
        try (var repositories = Files.list(service.site.home().resolve("repositories"))) {
            repository = repositories.findFirst().orElseThrow();
        }
        anna.git("--git-dir=" + repository, "update-ref", "refs/heads/main", old);

        service.start();
        assertThat(anna.git("ls-remote", "caution", "refs/heads/main").output()).startsWith(commit);
        app.awaitAnswer("edit " + edits);
        assertThat(anna.caution("builds", "list").output()).doesNotContain("running");
        assertThat(anna.push().output()).contains("Everything up-to-date");
    }

    @Test
    void aServiceThatIsStoppedTellsThePushAndLeavesInTime() throws Exception {
        edit(false);
        try (var push = anna.startPush().awaitText("STEP 2")) {
            assertThat(service.stop()).isEqualTo(128 + 15);
            Result told = push.end();
            assertThat(told.output()).contains("fatal: service failed: the service was stopped; push again");
            assertThat(told.exitCode()).isEqualTo(1);
        }
        service.remains().nothingIsAlive();
        service.remains().noEnclaveIsLeft();
        service.start();
        app.awaitAnswer("edit");
        assertThat(anna.push().exitCode()).isZero();
        app.awaitAnswer("edit " + edits);
    }

    private static void asIfNotRecorded(String commit) throws Exception {
        Path database = service.site.home().resolve("postgres");
        List<String> pidFile = Files.readAllLines(database.resolve("data/postmaster.pid"));
        try (var connection = DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + pidFile.get(3).strip() + "/postgres",
                        "postgres", Files.readString(database.resolve("password")));
                var update = connection.prepareStatement("update build set state = 'RUNNING', ended_at = null where commit_id = ?")) {
            update.setString(1, commit);
            assertThat(update.executeUpdate()).isEqualTo(1);
        }
    }

    /** @return what the app says before the edit is live */
    private static String edit(boolean large) throws Exception {
        String before = "edit " + edits;
        edits++;
        anna.replace("hello.c", before + "\\n", "edit " + edits + "\\n");
        Path noise = anna.checkout.resolve("noise.bin");
        Files.deleteIfExists(noise);
        if (large) {
            byte[] bytes = new byte[48 << 20];
            new Random(edits).nextBytes(bytes);
            Files.write(noise, bytes);
        }
        anna.commit("Edit " + edits);
        return before;
    }
}
