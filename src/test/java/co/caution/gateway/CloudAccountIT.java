package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.FakeSts;
import co.caution.TestKey;
import co.caution.TestService;
import co.caution.account.Accounts;
import co.caution.account.Role;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Accounts at AWS, against what stands in for its STS; {@code MotoIT} asks a fuller one. */
class CloudAccountIT {

    @TempDir
    static Path directory;

    private final TestService service;
    private String token;
    private TestKey key;
    private String accounts;
    private String role;

    CloudAccountIT() throws IOException {
        service = TestService.shared();
    }

    @BeforeEach
    void anOrganization() throws Exception {
        String name = "cloud-" + UUID.randomUUID().toString().substring(0, 8);
        var owner = service.person("owner-of-" + name);
        service.join(service.organization(name), owner, Role.OWNER);
        token = service.token(owner);
        key = new TestKey(directory);
        service.bean(Accounts.class).addSshKey(owner.id(), key.publicKey());
        accounts = "/api/organizations/" + name + "/cloud-accounts";
        role = "arn:aws:iam::" + ThreadLocalRandom.current().nextLong(100_000_000_000L, 1_000_000_000_000L) + ":role/of/" + name;
    }

    private HttpResponse<String> add(String arn, String region) throws Exception {
        return proven("POST", accounts, "{\"role_arn\":\"" + arn + "\",\"region\":\"" + region + "\"}", Map.of());
    }

    private HttpResponse<String> proven(String method, String path, @Nullable String body, Map<String, String> headers) throws Exception {
        var all = new HashMap<>(headers);
        all.put(FreshProof.HEADER, key.proof(service, token, method, path, (body == null ? "" : body).getBytes(StandardCharsets.UTF_8)));
        return service.call(method, path, token, body, all);
    }

    private JsonNode connect() throws Exception {
        var made = add(role, "eu-central-1");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return json(made);
    }

    private JsonNode check(JsonNode account) throws Exception {
        var checked = service.call("POST", accounts + "/" + account.path("id").asString() + "/check", token, null);
        assertThat(checked.statusCode()).as(checked.body()).isEqualTo(200);
        return json(checked);
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return new JsonMapper().readTree(answer.body());
    }

    @Test
    void aRoleThatTrustsTheServiceWithTheExternalIdIsConnected() throws Exception {
        JsonNode made = connect();
        assertThat(made.path("state").asString()).isEqualTo("unchecked");
        JsonNode statement = made.path("trust_policy").path("Statement").get(0);
        assertThat(statement.path("Principal").path("AWS").asString()).isEqualTo(FakeSts.PRINCIPAL);
        String externalId = statement.path("Condition").path("StringEquals").path("sts:ExternalId").asString();
        assertThat(externalId).isEqualTo(made.path("external_id").asString()).matches("caution-[0-9a-f]{32}");
        service.sts.trust.put(role, externalId);

        JsonNode checked = check(made);

        assertThat(checked.path("state").asString()).as(checked.toString()).isEqualTo("connected");
        assertThat(checked.path("checked_at").asString()).isNotEmpty();
        assertThat(json(service.call("GET", accounts, token, null)).get(0)).isEqualTo(checked);
    }

    @Test
    void whatDoesNotTrustTheServiceIsRefusedAndTheReasonSaysWhatToLookAt() throws Exception {
        JsonNode checked = check(connect());

        assertThat(checked.path("state").asString()).isEqualTo("refused");
        assertThat(checked.path("reason").asString()).contains(FakeSts.PRINCIPAL, checked.path("external_id").asString(), "trust policy");
    }

    @Test
    void anotherOrganizationsRoleIsRefusedAsItTrustsAnotherExternalId() throws Exception {
        JsonNode theirs = connect();
        service.sts.trust.put(role, theirs.path("external_id").asString());
        assertThat(check(theirs).path("state").asString()).isEqualTo("connected");
        String arn = role;
        anOrganization();
        role = arn;

        JsonNode mine = connect();

        assertThat(mine.path("external_id")).isNotEqualTo(theirs.path("external_id"));
        assertThat(check(mine).path("state").asString()).isEqualTo("refused");
    }

    @Test
    void aRoleThatAsksForNoExternalIdIsNotConnected() throws Exception {
        service.sts.trust.put(role, "");

        JsonNode checked = check(connect());

        assertThat(checked.path("state").asString()).isEqualTo("unprotected");
        assertThat(checked.path("reason").asString()).contains("sts:ExternalId");
    }

    @Test
    void aRoleThatTurnsOutToBeElsewhereIsNotConnected() throws Exception {
        JsonNode made = connect();
        service.sts.trust.put(role, made.path("external_id").asString());
        service.sts.accounts.put(role, "999999999999");

        JsonNode checked = check(made);

        assertThat(checked.path("state").asString()).isEqualTo("wrong_account");
        assertThat(checked.path("reason").asString()).contains("999999999999");
    }

    @ParameterizedTest
    @CsvSource({"RegionDisabledException, refused, switched off", "InvalidClientTokenId, no_credentials, operator must renew",
        "ExpiredToken, no_credentials, operator must renew", "InternalFailure, unreachable, Check again later", "SomethingNew, refused, HTTP 403"})
    void whatElseAwsSaysIsPutIntoWords(String code, String state, String words) throws Exception {
        service.sts.errors.put(role, code);

        JsonNode checked = check(connect());

        assertThat(checked.path("state").asString()).isEqualTo(state);
        assertThat(checked.path("reason").asString()).contains(words).doesNotContain("not authorized");
    }

    @Test
    void nothingThatAwsGivesIsKeptOrShown() throws Exception {
        JsonNode made = connect();
        service.sts.trust.put(role, made.path("external_id").asString());

        assertThat(check(made).toString()).doesNotContain("taken-", "ASIA");
        var jdbc = service.bean(JdbcClient.class);
        for (String table : List.of("cloud_account", "kept_answer", "audit_entry")) {
            assertThat(jdbc.sql("select coalesce(string_agg(t::text, ' '), '') from " + table + " t").query(String.class).single())
                    .as(table).doesNotContain("taken-secret", "taken-token", "not-a-secret");
        }
    }

    @ParameterizedTest
    @CsvSource({"arn:aws:iam::123456789012:user/x, eu-central-1", "arn:aws:iam::12345:role/x, eu-central-1", "role, eu-central-1",
        "arn:aws:iam::123456789012:role/x y, eu-central-1", "arn:aws:iam::123456789012:role/x, example.org/?", "arn:aws:iam::123456789012:role/x, aws-global",
        "arn:aws:iam::123456789012:role/x, moon-1", "arn:aws:iam::123456789012:role/x, cn-north-1", "arn:aws-cn:iam::123456789012:role/x, us-east-1"})
    void whatIsNoRoleOrNoRegionIsRefusedInWords(String arn, String region) throws Exception {
        var refused = add(arn, region);

        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
        assertThat(json(refused).path("detail").asString()).containsAnyOf("ARN of a role", "one of AWS's", "partition");
    }

    @Test
    void aRoleIsConnectedOnceAndForgottenByItsOwners() throws Exception {
        JsonNode made = connect();
        assertThat(add(role, "eu-west-1").statusCode()).isEqualTo(409);
        var again = proven("POST", accounts, "{\"role_arn\":\"" + role + "2\",\"region\":\"eu-west-1\"}", Map.of(Idempotency.KEY, "k" + role));
        assertThat(again.statusCode()).isEqualTo(201);

        String one = accounts + "/" + made.path("id").asString();
        assertThat(proven("DELETE", one, null, Map.of()).statusCode()).isEqualTo(204);
        assertThat(proven("DELETE", one, null, Map.of()).statusCode()).isEqualTo(404);
        assertThat(service.call("POST", one + "/check", token, null).statusCode()).isEqualTo(404);
        assertThat(json(service.call("GET", accounts, token, null))).hasSize(1);
        assertThat(service.bean(JdbcClient.class).sql("select event from audit_entry where subject = ? order by sequence").param(role)
                .query(String.class).list()).containsExactly("cloud-account.connect", "cloud-account.remove");
    }
}
