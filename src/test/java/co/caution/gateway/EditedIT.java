package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.Meanwhile;
import co.caution.TestKey;
import co.caution.TestService;
import co.caution.account.Account;
import co.caution.account.Accounts;
import co.caution.account.Role;
import co.caution.app.AppException;
import co.caution.app.Apps;
import co.caution.app.store.AppStore;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two people edit the same thing, and neither undoes what the other did without having seen it. */
class EditedIT {

    @TempDir
    static Path directory;

    private final TestService service;
    private final JdbcClient jdbc;
    private Account person;
    private String token;
    private TestKey key;
    private String app;

    EditedIT() throws IOException {
        service = TestService.shared();
        jdbc = service.bean(JdbcClient.class);
    }

    @BeforeEach
    void somebody() throws Exception {
        person = service.person("editor-" + UUID.randomUUID().toString().substring(0, 8));
        token = service.token(person);
        key = new TestKey(directory);
        service.bean(Accounts.class).addSshKey(person.id(), key.publicKey());
        app = "/api/apps/" + service.bean(Apps.class).create(person.id(), "edited").id();
    }

    /** With proof where it takes some. */
    private HttpResponse<String> call(String method, String path, @Nullable String json, Map<String, String> headers) throws Exception {
        var answer = service.call(method, path, token, json, headers);
        if (answer.statusCode() != 403) {
            return answer;
        }
        var proven = new HashMap<>(headers);
        proven.put(FreshProof.HEADER, key.proof(service, token, method, path, (json == null ? "" : json).getBytes(StandardCharsets.UTF_8)));
        return service.call(method, path, token, json, proven);
    }

    private String tag(String path) throws Exception {
        return call("GET", path, null, Map.of()).headers().firstValue("etag").orElseThrow();
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return new JsonMapper().readTree(answer.body());
    }

    @Test
    void theSecondOfTwoEditorsIsToldWhatTheFirstMadeOfIt() throws Exception {
        String seenByBoth = tag(app);
        var first = call("PATCH", app, "{\"name\":\"first\"}", Map.of("If-Match", seenByBoth));
        var second = call("PATCH", app, "{\"name\":\"second\"}", Map.of("If-Match", seenByBoth));

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(second.statusCode()).isEqualTo(412);
        assertThat(json(second).path("current").path("name").asString()).isEqualTo("first");
        assertThat(json(call("GET", app, null, Map.of())).path("resource_name").asString()).isEqualTo("first");
        assertThat(call("PATCH", app, "{\"name\":\"second\"}", Map.of("If-Match", tag(app))).statusCode()).isEqualTo(200);
    }

    @Test
    void ofTwoEditsAtOnceOneIsDone() throws Exception {
        for (int round = 0; round < 5; round++) {
            var seen = Map.of("If-Match", tag(app));
            String names = "round-" + round;
            var both = List.of("a", "b").stream().map(name -> CompletableFuture.supplyAsync(() -> {
                try {
                    return call("PATCH", app, "{\"deploy_branch\":\"" + names + name + "\"}", seen).statusCode();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            })).toList();
            assertThat(both.stream().map(CompletableFuture::join)).containsExactlyInAnyOrder(200, 412);
        }
    }

    @Test
    void whatNobodyEditedHasTheSameVersionAndWithoutTheHeaderNothingIsAsked() throws Exception {
        String tag = tag(app);
        jdbc.sql("insert into build (id, app_id, ref, commit_id, state, created_at) values (?, ?, 'r', 'c', 'RUNNING', now())")
                .params(UUID.randomUUID(), UUID.fromString(app.substring("/api/apps/".length()))).update();
        assertThat(tag(app)).as("it shows another state").isNotEqualTo(tag);
        assertThat(call("PATCH", app, "{\"name\":\"edited\"}", Map.of("If-Match", tag)).statusCode()).as("an edit holds").isEqualTo(200);
        assertThat(call("PATCH", app, "{\"name\":\"again\"}", Map.of()).statusCode()).isEqualTo(200);
    }

    @Test
    void whatIsKnownIsNotSentAgain() throws Exception {
        String tag = tag(app);
        var known = call("GET", app, null, Map.of("If-None-Match", "\"other\", " + tag));
        assertThat(known.statusCode()).isEqualTo(304);
        assertThat(known.body()).isEmpty();
        assertThat(known.headers().firstValue("etag")).contains(tag);
        call("PATCH", app, "{\"name\":\"renamed\"}", Map.of());
        assertThat(call("GET", app, null, Map.of("If-None-Match", tag)).statusCode()).isEqualTo(200);
    }

    @Test
    void anAppThatWasChangedIsNotDestroyedByWhoSawTheOldOne() throws Exception {
        String tag = tag(app);
        call("PATCH", app, "{\"deploy_branch\":\"production\"}", Map.of());
        var refused = call("DELETE", app, null, Map.of("If-Match", tag));
        assertThat(refused.statusCode()).isEqualTo(412);
        assertThat(json(refused).path("current").path("deploy_branch").asString()).isEqualTo("production");
    }

    /** The edit comes after the call was let in, and just before the app would be marked. */
    @Test
    void norIsOneThatIsChangedAtTheLastMoment() throws Exception {
        var seen = Map.of("If-Match", tag(app));
        try (var meanwhile = new Meanwhile(service).does("update app set deploy_branch = 'refs/heads/production' where id = ?",
                UUID.fromString(app.substring("/api/apps/".length())))) {
            assertThat(meanwhile.passes(() -> call("DELETE", app, null, seen).statusCode())).containsExactly(412);
        }
        assertThat(json(call("GET", app, null, Map.of())).path("deploy_branch").asString()).isEqualTo("production");
        assertThat(call("DELETE", app, null, Map.of("If-Match", tag(app))).statusCode()).isEqualTo(204);
        assertThat(call("GET", app, null, Map.of()).statusCode()).isEqualTo(404);
    }

    @Test
    void anAppIsDestroyedAndWrittenDownOnce() throws Exception {
        UUID id = UUID.fromString(app.substring("/api/apps/".length()));
        assertThat(call("DELETE", app, null, Map.of()).statusCode()).isEqualTo(204);
        // As somebody would who found it just before.
        assertThatThrownBy(() -> service.bean(AppStore.class).markDestroyed(id, Instant.now(), () -> {}))
                .isInstanceOf(AppException.NotFound.class);
        assertThat(jdbc.sql("select count(*) from audit_entry where event = 'app.destroy' and organization_id = ?").param(person.id())
                .query(Integer.class).single()).isEqualTo(1);
    }

    @Test
    void aMembersRoleIsChangedOnceByThoseWhoSawTheSame() throws Exception {
        String name = "edit-" + person.name();
        UUID organization = service.organization(name);
        service.join(organization, person, Role.OWNER);
        Account other = service.person("m-" + person.name());
        service.join(organization, other, Role.VIEWER);
        String member = "/api/organizations/" + name + "/members/" + other.name();
        String tag = tag(member);

        assertThat(json(call("GET", member, null, Map.of())).path("role").asString()).isEqualTo("viewer");
        assertThat(call("PATCH", member, "{\"role\":\"admin\"}", Map.of("If-Match", tag)).statusCode()).isEqualTo(200);
        for (String method : List.of("PATCH", "DELETE")) {
            var late = call(method, member, method.equals("PATCH") ? "{\"role\":\"member\"}" : null, Map.of("If-Match", tag));
            assertThat(late.statusCode()).as(method).isEqualTo(412);
            assertThat(json(late).path("current").path("role").asString()).isEqualTo("admin");
        }
        // Who left and came back is not who was seen.
        String admin = tag(member);
        jdbc.sql("delete from membership where organization_id = ? and account_id = ?").params(organization, other.id()).update();
        service.join(organization, other, Role.ADMIN);
        assertThat(call("DELETE", member, null, Map.of("If-Match", admin)).statusCode()).isEqualTo(412);
        assertThat(call("DELETE", member, null, Map.of("If-Match", tag(member))).statusCode()).isEqualTo(204);
        assertThat(call("GET", member, null, Map.of()).statusCode()).isEqualTo(404);
    }

    @Test
    void aPasskeysNameIsEditedLikeTheRest() throws Exception {
        UUID id = UUID.randomUUID();
        jdbc.sql("""
                        insert into passkey (id, account_id, credential_id, public_key, signature_count, backup_eligible, backup_state,
                        attestation, client_data, name, created_at) values (?, ?, ?, '', 0, false, false, '', '', 'old', ?)""")
                .params(id, person.id(), id.toString().getBytes(StandardCharsets.UTF_8), OffsetDateTime.now()).update();
        String passkey = "/api/passkeys/" + id;
        String tag = tag(passkey);

        assertThat(call("PATCH", passkey, "{\"name\":\"new\"}", Map.of("If-Match", tag)).statusCode()).isEqualTo(200);
        var late = call("PATCH", passkey, "{\"name\":\"newer\"}", Map.of("If-Match", tag));
        assertThat(late.statusCode()).isEqualTo(412);
        assertThat(json(late).path("current").path("name").asString()).isEqualTo("new");
        assertThat(call("PATCH", passkey, "{\"name\":\"newer\"}", Map.of("If-Match", "*")).statusCode()).isEqualTo(200);
    }

    @Test
    void whatIsNoTagIsRefusedAndAWeakOneHoldsForNothing() throws Exception {
        for (String wrong : List.of("", "W/\"", "untagged")) {
            assertThat(call("GET", app, null, Map.of("If-None-Match", wrong)).statusCode()).as(wrong).isEqualTo(400);
        }
        assertThat(call("GET", app, null, Map.of("If-None-Match", "W/\"\"")).statusCode()).isEqualTo(200);
        assertThat(call("PATCH", app, "{\"name\":\"x-y\"}", Map.of("If-Match", "untagged")).statusCode()).isEqualTo(400);
        assertThat(call("PATCH", app, "{\"name\":\"x-y\"}", Map.of("If-Match", "W/" + tag(app))).statusCode()).isEqualTo(412);
        assertThat(call("PATCH", app, "{\"name\":\"x-y\"}", Map.of("If-Match", "\"a\", " + tag(app))).statusCode()).isEqualTo(200);
    }

    @Test
    void anothersAppNamesNoStateOfItself() throws Exception {
        token = service.token(service.person("stranger-of-" + person.name()));
        var hidden = call("PATCH", app, "{\"name\":\"mine\"}", Map.of("If-Match", "\"x\""));
        assertThat(hidden.statusCode()).isEqualTo(404);
        assertThat(hidden.body()).doesNotContain("current", "version");
    }
}
