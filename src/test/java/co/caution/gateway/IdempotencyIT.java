package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.Meanwhile;
import co.caution.TestKey;
import co.caution.TestService;
import co.caution.account.Account;
import co.caution.account.Accounts;
import co.caution.account.Role;
import co.caution.app.App;
import co.caution.app.Apps;
import co.caution.app.Build;
import co.caution.app.Deployer;
import co.caution.app.PlatformSettings;
import co.caution.app.Release;
import co.caution.app.store.AppStore;
import co.caution.project.Manifest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A call that is sent again with its key is not done again. */
class IdempotencyIT {

    private static final String ORGANIZATIONS = "/api/organizations";

    @TempDir
    static Path directory;

    private TestKey ssh;
    private final TestService service;
    private final JdbcClient jdbc;
    private Account person;
    private String token;
    private String key;

    IdempotencyIT() throws IOException {
        service = TestService.shared();
        jdbc = service.bean(JdbcClient.class);
    }

    @BeforeEach
    void somebody() throws Exception {
        person = service.person("again-" + UUID.randomUUID().toString().substring(0, 8));
        ssh = new TestKey(directory);
        service.bean(Accounts.class).addSshKey(person.id(), ssh.publicKey());
        token = service.token(person);
        key = UUID.randomUUID().toString();
    }

    private HttpResponse<String> post(String path, String json) throws Exception {
        var answer = service.call("POST", path, token, json, Map.of(Idempotency.KEY, key));
        return answer.statusCode() != 403 ? answer : service.call("POST", path, token, json, Map.of(Idempotency.KEY, key, FreshProof.HEADER,
                ssh.proof(service, token, "POST", path, json.getBytes(StandardCharsets.UTF_8))));
    }

    private String named(String name) {
        return "{\"name\":\"" + name + "-" + person.name() + "\"}";
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return new JsonMapper().readTree(answer.body());
    }

    private long organizations() {
        return jdbc.sql("select count(*) from membership where account_id = ?").param(person.id()).query(Long.class).single() - 1;
    }

    private long kept() {
        return jdbc.sql("select count(*) from kept_answer where account_id = ?").param(person.id()).query(Long.class).single();
    }

    @Test
    void theSameCallWithTheSameKeyIsAnsweredAgainAndNotDoneAgain() throws Exception {
        var first = post(ORGANIZATIONS, named("org"));
        var again = post(ORGANIZATIONS, named("org"));

        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(first.headers().firstValue(Idempotency.REPLAYED)).isEmpty();
        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.headers().firstValue(Idempotency.REPLAYED)).contains("true");
        assertThat(organizations()).isEqualTo(1);
    }

    @Test
    void anAppIsMadeOnceToo() throws Exception {
        var first = post("/api/apps", "{\"name\":\"once\"}");
        var again = post("/api/apps", "{\"name\":\"once\"}");

        assertThat(List.of(first.statusCode(), again.statusCode())).containsOnly(201);
        assertThat(json(again).path("id")).isEqualTo(json(first).path("id"));
    }

    @Test
    void theSameKeyWithAnotherBodyOrAnotherCallIsRefused() throws Exception {
        post(ORGANIZATIONS, named("org"));

        for (var other : List.of(post(ORGANIZATIONS, named("other")), post("/api/apps", named("org")))) {
            assertThat(other.statusCode()).isEqualTo(422);
            assertThat(json(other).path("code").asString()).isEqualTo("idempotency_key_reused");
        }
        assertThat(organizations()).isEqualTo(1);
    }

    @Test
    void anothersKeyIsAnothers() throws Exception {
        var mine = post(ORGANIZATIONS, named("mine"));
        person = service.person("other-of-" + person.name());
        token = service.token(person);
        var theirs = post(ORGANIZATIONS, named("theirs"));

        assertThat(theirs.statusCode()).isEqualTo(201);
        assertThat(theirs.body()).isNotEqualTo(mine.body());
    }

    @Test
    void twentyAtOnceMakeOne() throws Exception {
        var calls = IntStream.range(0, 20).mapToObj(_ -> CompletableFuture.supplyAsync(() -> {
            try {
                return post(ORGANIZATIONS, named("one"));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        })).toList();
        for (var call : calls) {
            var answer = call.get(60, TimeUnit.SECONDS);
            assertThat(answer.statusCode()).as(answer.body()).isIn(201, 409);
            if (answer.statusCode() == 409) {
                assertThat(json(answer).path("code").asString()).isEqualTo("idempotency_in_progress");
                assertThat(answer.headers().firstValue("retry-after")).contains("1");
            }
        }
        assertThat(organizations()).isEqualTo(1);
        assertThat(post(ORGANIZATIONS, named("one")).statusCode()).isEqualTo(201);
    }

    @Test
    void whileTheFirstIsAtWorkTheNextIsToldToWaitAndWhenItDiesTheKeyIsFree() throws Exception {
        try (var first = service.bean(DataSource.class).getConnection()) {
            first.setAutoCommit(false);
            try (var hold = first.prepareStatement("select pg_advisory_xact_lock(hashtext(?), hashtext(?))")) {
                hold.setString(1, person.id().toString());
                hold.setString(2, key);
                hold.execute();
            }
            var meanwhile = post(ORGANIZATIONS, named("org"));
            assertThat(meanwhile.statusCode()).isEqualTo(409);
            assertThat(meanwhile.headers().firstValue("retry-after")).contains("1");
            first.rollback(); // as PostgreSQL does for a client that is gone
        }

        assertThat(post(ORGANIZATIONS, named("org")).statusCode()).isEqualTo(201);
    }

    /** PostgreSQL keeps locks of two numbers, as in its documentation of pg_locks, apart from those of one: the audit log's, and that of logins. */
    @Test
    void noKeyCanBeMadeUpThatHoldsALockOfOthers() {
        int numbers = new TransactionTemplate(service.bean(PlatformTransactionManager.class)).execute(_ -> {
            assertThat(service.bean(KeptAnswers.class).hold(person.id(), key)).isTrue();
            return jdbc.sql("select objsubid from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()").query(Integer.class).single();
        });
        assertThat(numbers).isEqualTo(2);
    }

    /** The service, or its connection, dies after the effect and before the answer is kept: there is neither. */
    @Test
    void aCallThatBreaksOffLeavesNothingAndCanBeSentAgain() throws Exception {
        CompletableFuture<HttpResponse<String>> first;
        try (var other = service.bean(DataSource.class).getConnection()) {
            other.setAutoCommit(false);
            // The name is being taken by somebody else, so the call stops in the middle of its work.
            try (var name = other.prepareStatement("insert into organization (id, name, created_at) values (gen_random_uuid(), ?, now())")) {
                name.setString(1, "broken-" + person.name());
                name.execute();
            }
            first = CompletableFuture.supplyAsync(() -> {
                try {
                    return post(ORGANIZATIONS, named("broken"));
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            boolean ended = false;
            while (!ended && System.nanoTime() < end) {
                ended = jdbc.sql("""
                                select coalesce(bool_or(pg_terminate_backend(pid)), false) from pg_stat_activity
                                where wait_event_type = 'Lock' and query like 'insert into organization%'""")
                        .query(Boolean.class).single();
                Thread.onSpinWait();
            }
            assertThat(ended).isTrue();
            assertThat(first.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(503);
            other.rollback();
        }
        assertThat(organizations()).isZero();
        assertThat(kept()).isZero();

        assertThat(post(ORGANIZATIONS, named("broken")).statusCode()).isEqualTo(201);
        assertThat(organizations()).isEqualTo(1);
    }

    /** What a worker does is in no transaction of the call's: it begins once that is committed, or not at all. */
    @Test
    void aReleaseIsDeployedAgainOnlyOnceTheCallIsCommitted() throws Exception {
        App app = service.bean(Apps.class).create(person.id(), "again");
        var store = service.bean(AppStore.class);
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        var build = new Build(UUID.randomUUID(), app.id(), "refs/heads/main", "e".repeat(40), Build.State.SUCCEEDED, null, null, now, now);
        store.insert(build);
        String manifest = new String(new Manifest(2, "e".repeat(40), "buildah", List.of(), "f".repeat(64), List.of("/bin/app"), List.of(), "/",
                new Manifest.User(0, 0, List.of()), List.of(8080), List.of(), 1, 512, false, null).toJson(), StandardCharsets.UTF_8);
        var release = new Release(UUID.randomUUID(), app.id(), 1, build.id(), build.commitId(), null,
                build.id().toString().replace("-", "").repeat(2), 8, "a".repeat(96), "b".repeat(96), "c".repeat(96), manifest, "d".repeat(64), now);
        store.insert(release);
        Path image = service.bean(PlatformSettings.class).image(release.eifSha256());
        Files.createDirectories(image.getParent());
        Files.writeString(image, "no image"); // which the worker finds out: here it matters when it begins
        Path log = service.bean(Deployer.class).restartLog(build.id());
        String path = "/api/apps/" + app.id() + "/deployments";
        try (var meanwhile = new Meanwhile(service).holdsTheAuditLog();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = threads.submit(() -> post(path, "{\"release\":1}"));
            meanwhile.until(1);
            assertThat(log).as("before the commit").doesNotExist();
            meanwhile.endsThoseWhoWait();
            assertThat(first.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(503);
        }
        assertThat(log).as("it was not committed").doesNotExist();

        assertThat(post(path, "{\"release\":1}").statusCode()).isEqualTo(202);
        assertThat(log).exists();
        assertThat(post(path, "{\"release\":1}").headers().firstValue(Idempotency.REPLAYED)).contains("true");
        assertThat(jdbc.sql("select count(*) from audit_entry where event = 'release.deploy' and organization_id = ?").param(person.id())
                .query(Integer.class).single()).isEqualTo(1);
    }

    @Test
    void aRefusalIsNotKeptAndHasDoneNothing() throws Exception {
        assertThat(post(ORGANIZATIONS, "{\"name\":\"" + person.name() + "\"}").statusCode()).isEqualTo(409); // taken
        assertThat(kept()).isZero();
        assertThat(post(ORGANIZATIONS, named("free")).statusCode()).isEqualTo(201);
    }

    @Test
    void anAnswerWithASecretIsNotKeptAndTheNextIsToldWhatWasMade() throws Exception {
        String path = ORGANIZATIONS + "/" + person.name() + "/invitations";
        var first = post(path, "{\"role\":\"viewer\"}");
        var again = post(path, "{\"role\":\"viewer\"}");

        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(json(again).path("code").asString()).isEqualTo("idempotency_answer_not_kept");
        assertThat(json(again).path("id").asString()).isEqualTo(json(first).path("id").asString()).isNotEmpty();
        String secret = json(first).path("link").asString().replaceAll(".*#", "");
        String rows = jdbc.sql("select string_agg(k::text, ' ') from kept_answer k where account_id = ?").param(person.id())
                .query(String.class).single();
        assertThat(rows).doesNotContain(secret, "caution_", key);
    }

    @Test
    void anAnswerIsKeptForADayAndOfOneAccountTheLastThousand() throws Exception {
        post(ORGANIZATIONS, named("org"));
        jdbc.sql("update kept_answer set created_at = ? where account_id = ?")
                .params(OffsetDateTime.now(ZoneOffset.UTC).minusHours(24), person.id()).update();
        assertThat(post(ORGANIZATIONS, named("org")).statusCode()).as("done anew, and the name is taken").isEqualTo(409);

        jdbc.sql("""
                        insert into kept_answer (account_id, key, request, status, body, created_at)
                        select ?, sha256(n::text::bytea), '', 201, '', now() - interval '1 hour' from generate_series(1, 1100) n""")
                .param(person.id()).update();
        key = UUID.randomUUID().toString();
        assertThat(post(ORGANIZATIONS, named("another")).statusCode()).isEqualTo(201);
        assertThat(kept()).isEqualTo(KeptAnswers.MOST);
        assertThat(post(ORGANIZATIONS, named("another")).headers().firstValue(Idempotency.REPLAYED)).contains("true");
    }

    @Test
    void whoMayNoMoreGetsNoOldAnswerEither() throws Exception {
        String name = "left-" + person.name();
        service.join(service.organization(name), person, Role.OWNER);
        assertThat(post("/api/apps?organization=" + name, "{\"name\":\"theirs\"}").statusCode()).isEqualTo(201);
        jdbc.sql("delete from membership where account_id = ? and organization_id <> ?").params(person.id(), person.id()).update();

        assertThat(post("/api/apps?organization=" + name, "{\"name\":\"theirs\"}").statusCode()).isEqualTo(404);
    }

    @Test
    void whatIsNoKeyOrNoCallForOneIsRefusedInWords() throws Exception {
        for (String none : List.of("", "a b", "x".repeat(256))) {
            key = none;
            var answer = post(ORGANIZATIONS, named("org"));
            assertThat(answer.statusCode()).as(none).isEqualTo(400);
            assertThat(answer.body()).contains("visible ASCII");
        }
        key = "k";
        assertThat(post("/api/account/browser-link", "{}").body()).contains("takes no Idempotency-Key");
        assertThat(service.call("POST", ORGANIZATIONS, null, named("org"), Map.of(Idempotency.KEY, key)).statusCode()).isEqualTo(401);
        assertThat(organizations()).isZero();
    }

    /** A new route that makes something must be thought of here. */
    @Test
    void everyCallThatMakesSomethingIsInTheTableOrHasAReasonNotToBe() {
        var oneOff = Set.of( // they take a challenge or a secret that is good once, or end something, and so do nothing the second time
                "/api/login/challenge", "/api/login", "/api/passkeys/login/options", "/api/passkeys/login", "/api/invitations/passkey/options",
                "/api/invitations/passkey", "/api/passkeys/options", "/api/passkeys", "/api/sessions", "/api/invitations/look",
                "/api/invitations/enter", "/api/invitations/accept", "/api/apps/{app}/builds/{build}/cancel", "/api/apps/{app}/attestation",
                "/api/organizations/{organization}/cloud-accounts/{account}/check",
                // what they make ends within minutes, or ends the one before
                "/api/account/browser-link", "/api/admin/owner", "/api/proofs", "/api/device/authorization",
                // of one code, which is good once
                "/api/device/look", "/api/device/options", "/api/device/allow", "/api/device/deny", "/api/device/token",
                // no account acts, and an account that is there is not made again
                "/api/admin/users");
        var posts = Routes.ALL.stream().filter(route -> route.method() == HttpMethod.POST).map(Routes.Route::pattern)
                .collect(Collectors.toSet());

        posts.removeAll(oneOff);
        assertThat(posts).isEqualTo(Idempotency.CREATING.keySet());
    }
}
