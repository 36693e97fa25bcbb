package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import co.caution.TestService;
import co.caution.account.Account;
import co.caution.account.Invitations;
import co.caution.account.Role;
import co.caution.app.App;
import co.caution.app.Apps;
import co.caution.app.Build;
import co.caution.app.Deployment;
import co.caution.app.Release;
import co.caution.app.store.AppStore;
import co.caution.project.Manifest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a page costs the database: the same, however much is on it. */
@Timeout(300)
class ListsIT {

    private static final int MANY = 20;
    /** What no other test gets. */
    private static final int NO_PORT = 70_000;
    private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private static final JsonMapper JSON = new JsonMapper();
    private static final Logger STATEMENTS = (Logger) LoggerFactory.getLogger(JdbcTemplate.class);

    private static final List<App> apps = new ArrayList<>();
    private static TestService service;
    private static AppStore store;
    private static UUID organization;
    private static String token;

    /** With none, one or two releases that failed or were stopped, with builds at work, with former names; the first has all of it. */
    @BeforeAll
    static void twentyAppsOfAllKinds() throws Exception {
        service = TestService.shared();
        store = service.bean(AppStore.class);
        organization = service.organization("listers");
        Account owner = service.person("lister");
        service.join(organization, owner, Role.OWNER);
        service.join(organization, service.person("listed"), Role.VIEWER);
        token = service.token(owner);
        service.token(owner);
        service.organization("also-listed");
        for (int i = 0; i < MANY; i++) {
            App app = service.bean(Apps.class).create(organization, "listed-" + i);
            apps.add(i % 3 == 0 ? service.bean(Apps.class).change(organization, app.id(), "renamed-" + i, null) : app);
            int last = 2 - i % 3;
            for (int number = 1; number <= last; number++) {
                released(app, number, number < last ? Deployment.State.RETIRED : i % 5 == 0 ? Deployment.State.FAILED : Deployment.State.STOPPED);
            }
            if (last > 0) {
                store.insertPort(app.id(), 8080, NO_PORT + i);
            }
            if (i % 4 == 0) {
                build(app, Build.State.RUNNING, 10);
                build(app, Build.State.RUNNING, 11);
            }
            if (i % 8 == 0) {
                release(app, 9, store.buildsAtWork(List.of(app.id())).get(app.id()));
            }
        }
        for (int i = 1; i <= 2; i++) {
            service.bean(Invitations.class).invite(organization, owner.id(), Role.VIEWER);
        }
    }

    private static void released(App app, int number, Deployment.State state) {
        var release = release(app, number, build(app, Build.State.SUCCEEDED, number));
        var deployment = new Deployment(UUID.randomUUID(), app.id(), release.id(), state, "for a test", NOW.plusSeconds(number),
                number == 1 ? NOW.plusSeconds(number) : null, NOW.plusSeconds(number + 1));
        store.insert(deployment);
        store.update(deployment);
    }

    private static Build build(App app, Build.State state, int second) {
        var build = new Build(UUID.randomUUID(), app.id(), "refs/heads/main", "e".repeat(40), state, null, null, NOW.plusSeconds(second), null);
        store.insert(build);
        return build;
    }

    private static Release release(App app, int number, Build build) {
        String manifest = new String(new Manifest(2, "e".repeat(40), "buildah", List.of(), "f".repeat(64), List.of("/bin/app"), List.of(), "/",
                new Manifest.User(0, 0, List.of()), List.of(8080), List.of(), 1, 512, false, null).toJson(), StandardCharsets.UTF_8);
        var release = new Release(UUID.randomUUID(), app.id(), number, build.id(), build.commitId(), null, "0".repeat(64), 548, "a".repeat(96),
                "b".repeat(96), "c".repeat(96), manifest, "d".repeat(64), NOW);
        store.insert(release);
        return release;
    }

    /** Their ports are others' again. */
    @AfterAll
    static void end() {
        apps.forEach(app -> store.markDestroyed(app.id(), NOW, () -> {}));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/apps", "/api/apps/renamed-18/builds", "/api/apps/renamed-18/releases", "/api/apps/renamed-18/deployments",
            "/api/organizations", "/api/organizations/listers/members", "/api/organizations/listers/invitations",
            "/api/organizations/listers/audit", "/api/account/tokens"})
    void aPageOfManyCostsWhatAPageOfOneCosts(String list) throws Exception {
        Cost one = ask(list + "?limit=1");
        Cost many = ask(list + "?limit=" + MANY);
        assertThat(one.rows()).hasSize(1);
        assertThat(many.rows().size()).isGreaterThan(1);
        assertThat(one.statements()).isNotEmpty();
        assertThat(many.statements()).hasSameSizeAs(one.statements());
    }

    /** Which statements there are depends on what there is to ask for: here are all of them. */
    @Test
    void aPageOfAppsCostsNineStatementsHoweverManyTheyAre() throws Exception {
        Cost all = ask("/api/apps?limit=" + MANY);
        assertThat(all.rows()).hasSize(MANY);
        assertThat(all.statements().stream().filter(sql -> !sql.contains("api_token") && !sql.contains("membership"))).hasSize(9);
    }

    @Test
    void eachAppOfAPageIsWhatItIsByItself() throws Exception {
        JsonNode page = ask("/api/apps?limit=" + MANY).rows();
        for (int i = 0; i < MANY; i++) {
            assertThat(page.get(i)).isEqualTo(JSON.readTree(get("/api/apps/" + apps.get(i).id()).body()));
        }
        assertThat(page.valueStream().map(each -> each.path("state").asString()).distinct())
                .containsExactlyInAnyOrder("initialized", "stopped", "failed");
        JsonNode failed = page.get(15);
        assertThat(failed.at("/release/number").asInt()).isEqualTo(2);
        assertThat(failed.path("state").asString()).isEqualTo("failed");
        assertThat(failed.at("/former_names/0").asString()).isEqualTo("listed-15");
        assertThat(failed.path("application_url").asString()).as("v1 has run").endsWith(":" + (NO_PORT + 15));
        assertThat(page.get(8).at("/on_its_way/release").asInt()).as("the older of two builds").isEqualTo(9);
        assertThat(page.get(4).path("on_its_way").propertyNames()).containsExactlyInAnyOrder("build", "commit");
        assertThat(page.get(2).propertyNames()).doesNotContain("release", "former_names", "application_url", "on_its_way");
    }

    /** @param statements that read something */
    private record Cost(JsonNode rows, List<String> statements) {}

    /** Counts what the very call asks, on its own thread; not what the service does meanwhile, nor what is written now and then. */
    private static Cost ask(String path) throws Exception {
        get(path); // whatever is done once is done
        Queue<ILoggingEvent> said = new ConcurrentLinkedQueue<>();
        var listener = new AppenderBase<ILoggingEvent>() {
            @Override
            protected void append(ILoggingEvent event) {
                event.prepareForDeferredProcessing();
                said.add(event);
            }
        };
        Level before = STATEMENTS.getLevel();
        listener.start();
        STATEMENTS.addAppender(listener);
        STATEMENTS.setAdditive(false);
        STATEMENTS.setLevel(Level.DEBUG);
        try {
            var answer = get(path);
            String request = answer.headers().firstValue(RequestIdFilter.HEADER).orElseThrow();
            return new Cost(JSON.readTree(answer.body()), said.stream()
                    .filter(event -> request.equals(event.getMDCPropertyMap().get("request")))
                    .map(ILoggingEvent::getFormattedMessage)
                    .filter(message -> message.contains("statement [select"))
                    .toList());
        } finally {
            STATEMENTS.setLevel(before);
            STATEMENTS.setAdditive(true);
            STATEMENTS.detachAppender(listener);
        }
    }

    private static HttpResponse<String> get(String path) throws Exception {
        var answer = service.call("GET", path, token, null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer;
    }
}
