package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.TestKey;
import co.caution.TestService;
import co.caution.account.Account;
import co.caution.account.Accounts;
import co.caution.account.LoginMessage;
import co.caution.account.Organizations;
import co.caution.account.ProofMessage;
import co.caution.account.Role;
import co.caution.account.Sessions;
import co.caution.account.WayIn;
import co.caution.app.Apps;
import co.caution.gateway.Routes.Route;
import co.caution.sshkey.SshSignature;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls that take fresh proof, and everything that is none. */
class ProofIT {

    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    static Path directory;

    private static TestService service;
    private static int people;

    private Account person;
    private String token;
    private TestKey key;

    @BeforeAll
    static void start() throws IOException {
        service = TestService.shared();
    }

    @BeforeEach
    void somebodyWithAKey() throws Exception {
        person = service.person("prover-" + people++);
        key = new TestKey(directory);
        service.bean(Accounts.class).addSshKey(person.id(), key.publicKey());
        token = service.token(person);
    }

    /** What a call was asked to prove. */
    private record Asked(String id, ProofMessage message, JsonNode answer) {

        String by(TestKey key) throws Exception {
            return by(key, ProofMessage.NAMESPACE, message);
        }

        String by(TestKey key, String namespace, ProofMessage message) throws Exception {
            return header(key.sign(namespace, message.bytes()));
        }

        String header(String armored) {
            return id + " " + Base64.getEncoder().encodeToString(SshSignature.unarmored(armored));
        }
    }

    private Asked ask(String token, String method, String path, @Nullable String body) throws Exception {
        String hash = ProofMessage.hash((body == null ? "" : body).getBytes(StandardCharsets.UTF_8));
        var answer = service.call("POST", "/api/proofs", token,
                JSON.writeValueAsString(Map.of("origin", service.url(), "method", method, "path", path, "body_sha256", hash)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        JsonNode json = JSON.readTree(answer.body());
        return new Asked(json.path("id").asString(), new ProofMessage(service.url(), json.path("user").asString(), method, path, hash,
                json.path("challenge").asString()), json);
    }

    private HttpResponse<String> call(String method, String path, @Nullable String body, @Nullable String proof) throws Exception {
        return service.call(method, path, token, body, proof == null ? Map.of() : Map.of("Caution-Proof", proof));
    }

    private HttpResponse<String> proven(String method, String path, @Nullable String body) throws Exception {
        return call(method, path, body, ask(token, method, path, body).by(key));
    }

    private static String said(HttpResponse<String> answer) {
        JsonNode json = answer.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(answer.body());
        return answer.statusCode() + " " + json.path("code").asString("") + " " + json.path("detail").asString("");
    }

    private String app() {
        return "/api/apps/" + service.bean(Apps.class).create(person.id(), "app-" + people++).id();
    }

    private boolean there(String app) throws Exception {
        return service.call("GET", app, token, null).statusCode() == 200;
    }

    @Test
    void aSignatureOverTheCallLetsItThroughOnce() throws Exception {
        String app = app();
        Asked asked = ask(token, "DELETE", app, null);
        assertThat(asked.answer().path("user").asString()).isEqualTo(person.name());
        assertThat(asked.answer().path("ssh_keys").valueStream().map(JsonNode::asString)).containsExactly(key.publicKey().fingerprint());
        assertThat(asked.answer().has("options")).as("there is no passkey").isFalse();
        String proof = asked.by(key);

        assertThat(call("DELETE", app, null, proof).statusCode()).isEqualTo(204);
        assertThat(there(app)).isFalse();
        assertThat(said(call("DELETE", app(), null, proof))).startsWith("403 proof_refused").contains("its challenge was used");
    }

    @Test
    void aProofIsForOneMethodPathQueryAndBodyOnly() throws Exception {
        String invitations = "/api/organizations/" + person.name() + "/invitations";
        String body = "{\"role\":\"viewer\"}";
        Map<String, Callable<HttpResponse<String>>> wrongs = new LinkedHashMap<>();
        wrongs.put("another method", () -> call("DELETE", app(), null, ask(token, "POST", app(), null).by(key)));
        wrongs.put("another path", () -> call("DELETE", app(), null, ask(token, "DELETE", app(), null).by(key)));
        wrongs.put("a query", () -> call("POST", invitations + "?x=1", body, ask(token, "POST", invitations, body).by(key)));
        wrongs.put("another query", () -> call("POST", invitations + "?x=1", body, ask(token, "POST", invitations + "?x=2", body).by(key)));
        wrongs.put("no query", () -> call("POST", invitations, body, ask(token, "POST", invitations + "?x=1", body).by(key)));
        wrongs.put("the same path in other letters", () -> call("POST", invitations.replace("-", "%2D"), body,
                ask(token, "POST", invitations, body).by(key)));
        wrongs.put("another body", () -> call("POST", invitations, "{\"role\":\"owner\"}", ask(token, "POST", invitations, body).by(key)));
        wrongs.put("one space more", () -> call("POST", invitations, body + " ", ask(token, "POST", invitations, body).by(key)));
        for (var wrong : wrongs.entrySet()) {
            assertThat(said(wrong.getValue().call())).as(wrong.getKey()).startsWith("403 proof_refused").contains("it is for another call");
        }
        assertThat(proven("POST", invitations, body).statusCode()).isEqualTo(201);
        assertThat(proven("POST", invitations + "?x=1", body).statusCode()).isEqualTo(201);
        assertThat(service.bean(JdbcClient.class).sql("select count(*) from invitation where organization_id = ?").param(person.id())
                .query(Integer.class).single()).isEqualTo(2);
    }

    @Test
    void whatIsSignedForSomethingElseProvesNothing() throws Exception {
        String app = app();
        var other = new TestKey(directory);
        Map<String, Callable<String>> wrongs = new LinkedHashMap<>();
        wrongs.put("made for 'login@caution.co'", () -> {
            var asked = ask(token, "DELETE", app, null);
            return asked.by(key, LoginMessage.NAMESPACE, asked.message());
        });
        wrongs.put("made for 'git'", () -> {
            var asked = ask(token, "DELETE", app, null);
            return asked.by(key, "git", asked.message());
        });
        for (var change : List.of(List.of("http://localhost:1", person.name()), List.of(service.url(), "somebody"))) {
            wrongs.put("does not fit the message" + " ".repeat(wrongs.size()), () -> {
                var asked = ask(token, "DELETE", app, null);
                return asked.by(key, ProofMessage.NAMESPACE, new ProofMessage(change.getFirst(), change.getLast(), "DELETE", app,
                        asked.message().bodySha256(), asked.message().challenge()));
            });
        }
        wrongs.put("is not this account's", () -> ask(token, "DELETE", app, null).by(other));
        for (var wrong : wrongs.entrySet()) {
            assertThat(said(call("DELETE", app, null, wrong.getValue().call()))).startsWith("403 proof_refused").contains(wrong.getKey().strip());
        }
        assertThat(there(app)).isTrue();
    }

    /** The other way round; the message that a login takes is another one, too. */
    @Test
    void aProofIsNoLogin() throws Exception {
        JsonNode challenge = JSON.readTree(service.call("POST", "/api/login/challenge", null,
                JSON.writeValueAsString(Map.of("origin", service.url()))).body());
        var message = new LoginMessage(service.url(), "", challenge.path("challenge").asString());
        var in = service.call("POST", "/api/login", null, JSON.writeValueAsString(Map.of("id", challenge.path("id").asString(),
                "signature", key.sign(ProofMessage.NAMESPACE, message.bytes()))));
        assertThat(said(in)).startsWith("401").contains("made for 'proof@caution.co'");
    }

    @Test
    void aChallengeIsForWhoAskedForIt() throws Exception {
        var other = service.person("prover-" + people++);
        service.bean(Accounts.class).addSshKey(other.id(), key.publicKey()); // even where the key is both's
        String app = app();
        Asked theirs = ask(service.token(other), "DELETE", app, null);
        assertThat(said(call("DELETE", app, null, theirs.by(key)))).startsWith("403 proof_refused").contains("not this account's");
        assertThat(said(service.call("DELETE", app, service.token(other), null, Map.of("Caution-Proof", ask(token, "DELETE", app, null).by(key)))))
                .as("an outsider learns nothing by proving").isEqualTo(said(service.call("DELETE", app, service.token(other), null))).startsWith("404");
        assertThat(there(app)).isTrue();
    }

    @Test
    void aChallengeIsOverAfterFiveMinutesAndAfterAWrongAnswer() throws Exception {
        String app = app();
        Asked late = ask(token, "DELETE", app, null);
        var jdbc = service.bean(JdbcClient.class);
        assertThat(jdbc.sql("select expires_at <= now() + interval '5 minutes' from proof_challenge where id = ?::uuid").param(late.id())
                .query(Boolean.class).single()).isTrue();
        jdbc.sql("update proof_challenge set expires_at = now() - interval '1 second' where id = ?::uuid").param(late.id()).update();
        assertThat(said(call("DELETE", app, null, late.by(key)))).startsWith("403 proof_refused").contains("older than 5 minutes");

        Asked wrong = ask(token, "DELETE", app, null);
        assertThat(said(call("DELETE", app, null, wrong.by(new TestKey(directory))))).contains("is not this account's");
        assertThat(said(call("DELETE", app, null, wrong.by(key)))).contains("its challenge was used");
        assertThat(there(app)).isTrue();
    }

    @Test
    void aKeyThatWasRemovedInBetweenProvesNothing() throws Exception {
        var spare = new TestKey(directory);
        service.bean(Accounts.class).addSshKey(person.id(), spare.publicKey());
        String app = app();
        String proof = ask(token, "DELETE", app, null).by(spare);
        String id = service.bean(Accounts.class).sshKeys(person.id()).getLast().id().toString();
        assertThat(proven("DELETE", "/api/account/ssh-keys/" + id, null).statusCode()).isEqualTo(204);
        assertThat(said(call("DELETE", app, null, proof))).startsWith("403 proof_refused").contains("is not this account's");
        assertThat(there(app)).isTrue();
    }

    @Test
    void ofManyCallsWithOneProofOneIsServed() throws Exception {
        String path = "/api/organizations/" + person.name() + "/invitations";
        String proof = ask(token, "POST", path, "{\"role\":\"viewer\"}").by(key);
        int many = 8;
        var together = new CyclicBarrier(many);
        var statuses = new ArrayList<Integer>();
        try (var pool = Executors.newFixedThreadPool(many)) {
            var calls = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < many; i++) {
                calls.add(() -> {
                    together.await();
                    return call("POST", path, "{\"role\":\"viewer\"}", proof).statusCode();
                });
            }
            for (var done : pool.invokeAll(calls)) {
                statuses.add(done.get());
            }
        }
        assertThat(statuses).filteredOn(status -> status == 201).hasSize(1);
        assertThat(statuses).filteredOn(status -> status == 403).hasSize(many - 1);
    }

    @Test
    void headersThatAreNoneAreRefusedInWords() throws Exception {
        String app = app();
        String id = ask(token, "DELETE", app, null).id();
        for (String header : List.of("x", id, id + " ", id + " *", id + " A", id + " AAAA", id + " " + base64("{}"), id + " " + base64("{"),
                id + " " + base64("{\"rawId\":\"AA\",\"response\":{\"signature\":7}}"), id + " " + base64("[".repeat(5000)), id.toUpperCase() + " AAAA",
                id + " AAAA, " + id + " AAAA", "00000000-0000-0000-0000-000000000000 AAAA", id + " " + base64("SSHSIG"))) {
            assertThat(said(call("DELETE", app, null, header))).as(header).startsWith("403 proof_refused").contains("refused");
        }
        assertThat(call("DELETE", app, null, id + " " + "A".repeat(20_000)).statusCode()).isBetween(400, 431);
        assertThat(there(app)).isTrue();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void onlyCallsThatThereCouldBeAreAskedAbout() throws Exception {
        String hash = ProofMessage.hash(new byte[0]);
        for (Map<String, String> wrong : List.of(Map.of("method", "GET"), Map.of("method", "delete"), Map.of("path", "/a\nchallenge x"),
                Map.of("path", "api"), Map.of("path", "/é"), Map.of("path", "/" + "a".repeat(3000)), Map.of("body_sha256", hash.toUpperCase()),
                Map.of("body_sha256", "00"), Map.of("origin", "https://evil.example"), Map.of("user", "somebody-else"))) {
            var request = new TreeMap<>(Map.of("origin", service.url(), "method", "DELETE", "path", "/api/apps/x", "body_sha256", hash));
            request.putAll(wrong);
            assertThat(service.call("POST", "/api/proofs", token, JSON.writeValueAsString(request)).statusCode()).as("%s", wrong)
                    .isIn(400, 409);
        }
        assertThat(service.call("POST", "/api/proofs", token, "{}").statusCode()).isEqualTo(400);
    }

    /** Whoever has the token only loses what they asked for themselves. */
    @Test
    void onlySoManyAreOpenAtATime() throws Exception {
        for (int i = 0; i < 25; i++) {
            ask(token, "DELETE", "/api/apps/" + i, null);
        }
        assertThat(service.bean(JdbcClient.class).sql("select count(*) from proof_challenge where account_id = ?").param(person.id())
                .query(Integer.class).single()).isEqualTo(20);
    }

    /** The transaction in which such a call is done, or is not, has no hold on its challenge. */
    @Test
    void aChallengeStaysUsedWhateverBecomesOfACallThatIsDoneInOneTransaction() throws Exception {
        String path = "/api/account/ssh-keys";
        String body = JSON.writeValueAsString(Map.of("ssh_key", new TestKey(directory).line()));
        String kept = ask(token, "POST", path, body).by(key);
        String again = UUID.randomUUID().toString();
        var first = service.call("POST", path, token, body, Map.of(FreshProof.HEADER, kept, Idempotency.KEY, again));
        assertThat(first.statusCode()).as(first.body()).isEqualTo(201);
        assertThat(said(service.call("POST", path, token, body, Map.of(FreshProof.HEADER, kept, Idempotency.KEY, again))))
                .as("the old answer is not for whoever replays").startsWith("403 proof_refused").contains("its challenge was used");
        assertThat(said(service.call("POST", path, token, body, Map.of(Idempotency.KEY, again)))).startsWith("403 proof_required");
        var replayed = service.call("POST", path, token, body, Map.of(FreshProof.HEADER, ask(token, "POST", path, body).by(key), Idempotency.KEY, again));
        assertThat(replayed.body()).as("with a new one it is").isEqualTo(first.body());
        assertThat(replayed.headers().firstValue(Idempotency.REPLAYED)).contains("true");

        String none = "{\"ssh_key\":\"none\"}";
        String refused = ask(token, "POST", path, none).by(key);
        for (String expected : List.of("400 ", "403 proof_refused")) { // the handler's refusal brought nothing back
            assertThat(said(service.call("POST", path, token, none, Map.of(FreshProof.HEADER, refused, Idempotency.KEY, UUID.randomUUID().toString()))))
                    .startsWith(expected);
        }

        String organization = "edited-" + people++;
        UUID id = service.bean(Organizations.class).create(person.id(), organization).id();
        service.join(id, service.person("edited-member"), Role.MEMBER);
        String member = "/api/organizations/" + organization + "/members/edited-member";
        String stale = ask(token, "PATCH", member, "{\"role\":\"viewer\"}").by(key);
        for (String expected : List.of("412 ", "403 proof_refused")) {
            assertThat(said(service.call("PATCH", member, token, "{\"role\":\"viewer\"}", Map.of(FreshProof.HEADER, stale, "If-Match", "\"77.x\""))))
                    .startsWith(expected);
        }
        assertThat(said(service.call("PATCH", member, token, "{\"role\":\"viewer\"}", Map.of(FreshProof.HEADER, stale)))).startsWith("403 proof_refused");
    }

    /** What is written down can be checked without us: the message, the key and the signature are all there. */
    @Test
    void theAuditLogKeepsTheProofAndAnybodyCanCheckItLater() throws Exception {
        String path = "/api/organizations/" + person.name() + "/invitations";
        assertThat(proven("POST", path, "{\"role\":\"viewer\"}").statusCode()).isEqualTo(201);
        JsonNode kept = JSON.readTree(service.bean(JdbcClient.class).sql("""
                select proof from audit_entry where account_id = ? and event = 'invitation.create'""").param(person.id()).query(String.class).single());

        assertThat(kept.path("message").asString()).contains("\nuser " + person.name() + "\nmethod POST\npath " + path + "\nbody "
                + ProofMessage.hash("{\"role\":\"viewer\"}".getBytes(StandardCharsets.UTF_8)) + "\n");
        assertThat(verify(kept, kept.path("message").asString())).contains("Good \"proof@caution.co\" signature for " + person.name(),
                kept.path("fingerprint").asString());
        assertThat(verify(kept, kept.path("message").asString().replace("viewer", "owner").replace("POST", "PUT"))).contains("incorrect signature");
    }

    private String verify(JsonNode kept, String message) throws Exception {
        Path work = Files.createTempDirectory(directory, "verify");
        Files.writeString(work.resolve("allowed"), person.name() + " " + kept.path("public_key").asString() + "\n");
        Files.writeString(work.resolve("signature"), kept.path("signature").asString());
        Files.writeString(work.resolve("message"), message);
        Process process = new ProcessBuilder("ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", person.name(), "-n", ProofMessage.NAMESPACE,
                "-s", "signature").directory(work.toFile()).redirectErrorStream(true).redirectInput(work.resolve("message").toFile()).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    /** Every call that takes proof, such that it would be served: with a token alone, with a session alone, then with proof. */
    @Test
    void whoeverStoleATokenOrASessionAloneDoesNoneOfThis() throws Exception {
        String others = "own-" + people++;
        UUID organization = service.bean(Organizations.class).create(person.id(), others).id();
        for (String name : List.of("changed", "removed")) {
            service.join(organization, service.person(name), Role.MEMBER);
        }
        var leaving = "left-" + people++;
        UUID left = service.organization(leaving);
        service.join(left, person, Role.OWNER);
        service.join(left, service.person("changed"), Role.OWNER);
        var spare = new TestKey(directory);
        service.bean(Accounts.class).addSshKey(person.id(), spare.publicKey());
        String old = service.bean(Accounts.class).sshKeys(person.id()).getLast().id().toString();
        String fresh = new TestKey(directory).line();

        Map<String, List<String>> calls = new LinkedHashMap<>();
        calls.put("POST /api/account/ssh-keys", List.of("/api/account/ssh-keys", JSON.writeValueAsString(Map.of("ssh_key", fresh))));
        calls.put("DELETE /api/account/ssh-keys/{key}", List.of("/api/account/ssh-keys/" + old));
        calls.put("POST /api/account/tokens", List.of("/api/account/tokens", "{\"name\":\"kept\",\"scopes\":[\"read\"],\"expires_in_days\":1}"));
        calls.put("POST /api/account/browser-link", List.of("/api/account/browser-link", "{}"));
        calls.put("DELETE /api/organizations/{organization}/membership", List.of("/api/organizations/" + leaving + "/membership"));
        calls.put("PATCH /api/organizations/{organization}/members/{member}",
                List.of("/api/organizations/" + others + "/members/changed", "{\"role\":\"viewer\"}"));
        calls.put("DELETE /api/organizations/{organization}/members/{member}", List.of("/api/organizations/" + others + "/members/removed"));
        calls.put("POST /api/organizations/{organization}/invitations",
                List.of("/api/organizations/" + others + "/invitations", "{\"role\":\"owner\"}"));
        calls.put("DELETE /api/apps/{app}", List.of(app()));

        var session = service.bean(Sessions.class).begin(person.id(), "stolen", WayIn.NONE);
        for (Route route : Routes.ALL) {
            if (route.proof() == Routes.Proof.NONE) {
                continue;
            }
            String name = route.method() + " " + route.pattern();
            boolean writes = route.method().name().startsWith("P");
            // Where the call is not known here, it names nothing: proof is asked for all the same.
            List<String> call = calls.getOrDefault(name, writes ? List.of(anything(route, others), "{}") : List.of(anything(route, others)));
            String body = call.size() > 1 ? call.get(1) : null;
            String before = state();
            assertThat(said(call(route.method().name(), call.getFirst(), body, null))).as(name).startsWith("403 proof_required");
            assertThat(said(service.call(route.method().name(), call.getFirst(), null, body,
                    Map.of("Cookie", "caution-localhost=" + session.cookie(), SessionFilter.PAGE, session.page(), "Origin", service.url())))).as(name).startsWith("403 proof_required");
            assertThat(state()).as(name).isEqualTo(before);
        }
        for (var call : calls.entrySet()) {
            String method = call.getKey().substring(0, call.getKey().indexOf(' '));
            String before = state();
            var answer = proven(method, call.getValue().getFirst(), call.getValue().size() > 1 ? call.getValue().get(1) : null);
            assertThat(answer.statusCode()).as(call.getKey() + answer.body()).isBetween(200, 299);
            assertThat(state()).as(call.getKey()).isNotEqualTo(before);
        }
    }

    private String anything(Route route, String organization) {
        return route.pattern().replace("{organization}", organization).replace("{app}", app().substring("/api/apps/".length()))
                .replaceAll("\\{[^}]*}", UUID.randomUUID().toString());
    }

    /** All that such calls could change. */
    private String state() {
        var jdbc = service.bean(JdbcClient.class);
        var state = new StringBuilder();
        for (String table : List.of("ssh_key", "passkey", "api_token", "session", "membership", "invitation", "app")) {
            state.append(table).append(jdbc.sql("select md5(coalesce(string_agg(md5((to_jsonb(t) - 'last_used_at')::text), '' order by"
                    + " md5((to_jsonb(t) - 'last_used_at')::text)), '')) from " + table + " t").query(String.class).single());
        }
        return state.toString();
    }
}
