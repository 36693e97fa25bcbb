package co.caution.app;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.CautionServer;
import co.caution.FreePorts;
import co.caution.account.Accounts;
import co.caution.app.store.AppStore;
import co.caution.cli.EnclaveOs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.TreeFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** What a killed service left in its tables and directories, written by hand, and what the next start makes of it. */
class RecoveryIT {

    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");
    private static final String MAIN = "refs/heads/main";

    @TempDir
    Path home;

    private ConfigurableApplicationContext service;
    private AppStore store;
    private Repositories repositories;
    private PlatformSettings settings;
    private App app;
    private Repository repository;
    private ObjectId first;
    private ObjectId second;

    @BeforeEach
    void startWithAnAppThatWasPushedTo() throws Exception {
        String named = System.getenv("CAUTION_WORKDIR");
        Path cache = named != null ? Path.of(named) : Path.of(System.getProperty("user.home"), ".cache", "caution");
        int ports = FreePorts.first(2);
        service = CautionServer.start(EnclaveOs.ready(cache), Map.of("caution.home", home.resolve("h").toString(),
                "caution.cache", cache.toString(), "caution.http-port", ports, "caution.ssh-port", ports + 1));
        store = service.getBean(AppStore.class);
        repositories = service.getBean(Repositories.class);
        settings = service.getBean(PlatformSettings.class);
        app = new App(UUID.randomUUID(), service.getBean(Accounts.class).findOrCreate("anna").id(), "hello", null, THEN);
        store.insert(app);
        repository = repositories.open(app.id());
        first = commit("first");
        second = commit("second");
        repositories.move(repository, MAIN, ObjectId.zeroId(), first);
    }

    @AfterEach
    void stop() {
        repository.close();
        service.close();
    }

    @Test
    void theBranchFollowsAReleaseThatWentLiveJustBeforeTheEnd() throws Exception {
        Build build = build();
        Deployment live = Deployment.starting(release(build), THEN).attested().live(THEN);
        store.insert(live);
        store.switchLive(live);

        service.getBean(Recovery.class).reconcile();

        assertThat(repositories.at(repository, MAIN)).isEqualTo(second);
        assertThat(store.build(build.id()).orElseThrow().state()).isEqualTo(Build.State.SUCCEEDED);
        assertThat(store.app(app.id()).orElseThrow().deployBranch()).isEqualTo(MAIN);
        assertThat(store.lastLive(app.id()).orElseThrow().state()).as("starts again").isEqualTo(Deployment.State.STOPPED);
        assertThat(repository.getRefDatabase().getRefsByPrefix(Repositories.PINS)).isEmpty();
    }

    @Test
    void aReleaseThatWasAttestedButNotLiveChangesNothing() throws Exception {
        Build build = build();
        store.insert(Deployment.starting(release(build), THEN).attested());
        Path stage = Files.createDirectories(settings.build(build.id()).resolve(ImageBuilder.STAGE));
        Files.writeString(settings.pushLog(build.id()), "-----> Starting enclave\n");
        Path objects = repository.getDirectory().toPath().resolve("objects");
        Path lock = Files.createFile(repository.getDirectory().toPath().resolve(MAIN + ".lock"));
        Path pack = Files.createFile(objects.resolve("incoming_1.pack"));

        service.getBean(Recovery.class).reconcile();

        assertThat(repositories.at(repository, MAIN)).isEqualTo(first);
        assertThat(store.build(build.id()).orElseThrow().state()).isEqualTo(Build.State.ABANDONED);
        assertThat(store.lastLive(app.id())).isEmpty();
        assertThat(store.notEnded()).isEmpty();
        assertThat(settings.pushLog(build.id())).content().contains("Starting enclave", "fatal: service failed", "push again");
        assertThat(stage).doesNotExist();
        assertThat(lock).doesNotExist();
        assertThat(pack).doesNotExist();
        assertThat(repository.getRefDatabase().getRefsByPrefix(Repositories.PINS)).isEmpty();
    }

    @Test
    void anAppThatIsNoMoreTakesNoPort() {
        assertThat(store.insertPort(app.id(), 8080, 8101)).isTrue();
        store.markDestroyed(app.id(), THEN, () -> {});
        assertThat(store.insertPort(app.id(), 8080, 8101)).isFalse();
        assertThat(store.takenPorts()).isEmpty();
    }

    /** A push of the second commit that was at work. */
    private Build build() throws IOException {
        Build build = Build.started(app.id(), MAIN, second.name(), THEN);
        store.insert(build);
        repositories.pin(repository, build.id(), second);
        return build;
    }

    private Release release(Build build) {
        String pcr = "0".repeat(96);
        var release = new Release(UUID.randomUUID(), app.id(), 1, build.id(), build.commitId(), null, "0".repeat(64), 1, pcr, pcr,
                pcr, "{}", "0".repeat(64), THEN);
        store.insert(release);
        return release;
    }

    private ObjectId commit(String message) throws IOException {
        try (var inserter = repository.newObjectInserter()) {
            var commit = new CommitBuilder();
            commit.setTreeId(inserter.insert(Constants.OBJ_TREE, new TreeFormatter().toByteArray()));
            var who = new PersonIdent("anna", "anna@localhost", THEN, ZoneOffset.UTC);
            commit.setAuthor(who);
            commit.setCommitter(who);
            commit.setMessage(message);
            ObjectId id = inserter.insert(commit);
            inserter.flush();
            return id;
        }
    }
}
