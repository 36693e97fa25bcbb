package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.account.Accounts;
import co.caution.account.LoginMessage;
import co.caution.cli.Person.Said;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What people do with the command line, against a real service: accounts, keys, tokens, linking a repository. */
class CommandLineIT {

    private static final JsonMapper JSON = new JsonMapper();

    private static LocalServer server;

    @BeforeAll
    static void startTheService() throws IOException {
        server = LocalServer.shared();
    }

    @Test
    void anSshKeyLogsInAndLogoutEndsIt() throws Exception {
        Person alice = server.account("alice");
        Said in = alice.caution("login", "--json");
        assertThat(in.exitCode()).as(in.all()).isZero();
        assertThat(in.json().path("user").asString()).isEqualTo("alice");
        assertThat(in.json().path("expires_at").asString()).isNotEmpty();
        String first = token(alice);
        assertThat(alice.caution("apps", "list").exitCode()).isZero();

        Said again = alice.caution("login", "--user", "alice");
        assertThat(again.out()).contains("Logged in to " + server.url() + " as alice");
        assertThat(status("GET", "/api/account", first, "")).as("the token before is of no use any more").isEqualTo(401);

        String second = token(alice);
        assertThat(alice.caution("tokens", "list").out()).contains("(this one)");
        assertThat(alice.caution("logout").out()).contains("Logged out");
        assertThat(status("GET", "/api/account", second, "")).isEqualTo(401);
        Said out = alice.caution("apps", "list", "--json");
        assertThat(out.exitCode()).isEqualTo(1);
        assertThat(out.json().at("/error/code").asString()).isEqualTo("not_logged_in");
        assertThat(out.err()).isEmpty();
        assertThat(alice.caution("logout").exitCode()).isEqualTo(1);
    }

    @Test
    void aKeyThatNobodyRegisteredIsToldWhoCanHelp() throws Exception {
        Person stranger = new Person(server.directory.resolve("stranger"), server.url());
        Said none = stranger.caution("login");
        assertThat(none.err()).contains("ssh-keygen -t ed25519").contains("--key FILE");
        stranger.key("id_ed25519");
        Said unknown = stranger.caution("login", "--user", "alice-of-nowhere");
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.err()).contains("caution admin add-user alice-of-nowhere --ssh-key FILE");
        server.account("mallory-target");
        Said known = stranger.caution("login", "--user", "mallory-target");
        assertThat(known.err().replace("mallory-target", "alice-of-nowhere")).as("whether there is such a user is not said")
                .isEqualTo(unknown.err());
    }

    @Test
    void aKeyOfTwoAccountsNeedsAName() throws Exception {
        Person twin = server.account("twin-one");
        server.addUser("twin-two", twin.home.resolve(".ssh/id_ed25519.pub"));
        assertThat(twin.caution("login").err()).contains("twin-one, twin-two").contains("--user NAME");
        assertThat(twin.caution("login", "--user", "twin-two").out()).contains("as twin-two");
    }

    @Test
    void theAgentsKeysAreTriedFirst() throws Exception {
        Person agent = server.account("agent-user");
        Path key = agent.home.resolve(".ssh/id_ed25519");
        Path socket = Files.createTempDirectory("agent").resolve("s");
        Process ssh = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString()).redirectErrorStream(true).start();
        try {
            ssh.getInputStream().read(); // its first words come when it listens
            agent.environment.put("SSH_AUTH_SOCK", socket.toString());
            agent.here(() -> Program.run(List.of("ssh-add", "-q", key.toString()), new byte[0], 20));
            Files.delete(key);
            Files.delete(Path.of(key + ".pub"));
            Said in = agent.caution("login");
            assertThat(in.out()).as(in.all()).contains("Logged in");
            assertThat(agent.caution("ssh-keys", "add", "--agent").out()).contains("SHA256:");
        } finally {
            ssh.destroy();
            ssh.waitFor();
            Files.deleteIfExists(socket);
            Files.deleteIfExists(socket.getParent());
        }
    }

    @Test
    void anAnswerIsGoodOnceEvenForManyAtATime() throws Exception {
        Person bob = server.account("bob");
        JsonNode challenge = JSON.readTree(send("POST", "/api/login/challenge", null,
                JSON.writeValueAsString(Map.of("origin", server.url(), "user", "bob"))).body());
        String answer = answer(bob, challenge, server.url(), "bob");
        var calls = new ArrayList<Callable<Integer>>();
        for (int i = 0; i < 16; i++) {
            calls.add(() -> status("POST", "/api/login", null, answer));
        }
        try (var pool = Executors.newFixedThreadPool(16)) {
            var statuses = new ArrayList<Integer>();
            for (var call : pool.invokeAll(calls)) {
                statuses.add(call.get());
            }
            assertThat(statuses).filteredOn(status -> status == 201).hasSize(1);
            assertThat(statuses).filteredOn(status -> status == 401).hasSize(15);
        }
        JsonNode late = JSON.readTree(send("POST", "/api/login/challenge", null,
                JSON.writeValueAsString(Map.of("origin", server.url()))).body());
        server.bean(JdbcClient.class).sql("update login_challenge set expires_at = now() - interval '1 second'").update();
        assertThat(send("POST", "/api/login", null, answer(bob, late, server.url(), "")).body()).contains("too old");
    }

    @Test
    void aSignatureForAnotherServerOrUserIsWorthNothing() throws Exception {
        Person carol = server.account("carol");
        JsonNode challenge = JSON.readTree(send("POST", "/api/login/challenge", null,
                JSON.writeValueAsString(Map.of("origin", server.url(), "user", "carol"))).body());
        HttpResponse<String> relayed = send("POST", "/api/login", null,
                answer(carol, challenge, "http://evil.example:1", "carol"));
        assertThat(relayed.statusCode()).isEqualTo(401);
        assertThat(relayed.body()).contains("does not fit");
        assertThat(send("POST", "/api/login/challenge", null, "{\"origin\":\"http://evil.example:1\"}").body())
                .contains("does not go by").contains("caution.origins");
    }

    @Test
    void onlySoManyLoginsMayBeOpenAtATime() throws Exception {
        var jdbc = server.bean(JdbcClient.class);
        String begin = JSON.writeValueAsString(Map.of("origin", server.url()));
        var statuses = new ArrayList<Integer>();
        try (var pool = Executors.newFixedThreadPool(8)) {
            var calls = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < 30; i++) {
                calls.add(() -> status("POST", "/api/login/challenge", null, begin));
            }
            for (var call : pool.invokeAll(calls)) {
                statuses.add(call.get());
            }
        } finally {
            int open = jdbc.sql("select count(*) from login_challenge").query(Integer.class).single();
            jdbc.sql("delete from login_challenge").update();
            assertThat(open).isEqualTo(20);
        }
        assertThat(statuses).contains(201, 429).doesNotContain(500);
    }

    @Test
    void whoFillsTheTableOfLoginsLocksNobodyElseOut() throws Exception {
        var jdbc = server.bean(JdbcClient.class);
        jdbc.sql("delete from login_challenge").update(); // of tests that began a login and left
        jdbc.sql("""
                insert into login_challenge (id, nonce, origin, user_name, address, expires_at)
                select gen_random_uuid(), 'x', 'x', '', 'c0a8' || (i % 500), now() + interval '4 minutes' from generate_series(1, 10000) i""").update();
        try {
            assertThat(status("POST", "/api/login/challenge", null, JSON.writeValueAsString(Map.of("origin", server.url())))).isEqualTo(201);
            assertThat(jdbc.sql("select count(*) from login_challenge").query(Integer.class).single()).isEqualTo(10_000);
        } finally {
            jdbc.sql("delete from login_challenge").update();
        }
    }

    @Test
    void keysAreListedAddedAndRemovedButNeverTheLast() throws Exception {
        Person dora = server.account("dora");
        dora.caution("login");
        String first = dora.caution("ssh-keys", "list", "--json").json().get(0).path("fingerprint").asString();
        assertThat(dora.caution("ssh-keys", "remove", first).err()).contains("last key").contains("ssh-keys add");
        Path laptop = dora.key("laptop");
        assertThat(dora.caution("ssh-keys", "add", laptop.toString()).out()).contains("SHA256:").contains("laptop");
        assertThat(dora.caution("ssh-keys", "add", laptop.toString()).exitCode()).as("twice changes nothing").isZero();
        JsonNode keys = dora.caution("ssh-keys", "list", "--json").json();
        assertThat(keys).hasSize(2);
        assertThat(keys.get(0).path("last_used_at").asString("")).isNotEmpty();
        assertThat(keys.get(1).has("last_used_at")).isFalse();
        assertThat(dora.caution("ssh-keys", "remove", "nothing").err()).contains("ssh-keys list");
        assertThat(dora.caution("ssh-keys", "remove", "laptop").out()).contains("Removed SHA256:");
        assertThat(dora.caution("ssh-keys", "add", laptop.toString().replace(".pub", "")).err()).contains("private key");
        assertThat(dora.caution("ssh-keys", "add").exitCode()).isEqualTo(64);

        Person eve = server.account("eve");
        eve.caution("login");
        assertThat(eve.caution("ssh-keys", "add", laptop.toString()).exitCode()).isZero();
        String own = JSON.readTree(send("GET", "/api/account/ssh-keys", token(dora), "").body()).get(0).path("id").asString();
        String nobodys = "00000000-0000-0000-0000-000000000000";
        assertThat(refused(eve, "/api/account/ssh-keys/" + own)).as("somebody else's is one that is not there").contains("no such key")
                .isEqualTo(refused(eve, "/api/account/ssh-keys/" + nobodys));
        String tokenOfDora = JSON.readTree(send("GET", "/api/account/tokens", token(dora), "").body()).get(0).path("id").asString();
        assertThat(status("DELETE", "/api/account/tokens/" + tokenOfDora, token(eve), "")).isEqualTo(404);
        assertThat(status("DELETE", "/api/account/tokens/" + tokenOfDora, token(dora), "")).isEqualTo(204);
    }

    /** What the server says to a call that somebody's command line made, with proof where it takes some. */
    private static String refused(Person person, String path) {
        return person.here(() -> {
            try {
                new Context(null, null, null, null).api(server.url()).delete(path);
                return "done";
            } catch (CliException e) {
                return String.valueOf(e.getMessage());
            }
        });
    }

    @Test
    void whatTakesProofIsSignedWithTheKeyThatLoggedInWhereverItLies() throws Exception {
        Person hal = server.account("hal");
        Path elsewhere = Files.createDirectories(hal.home.resolve("safe")).resolve("key");
        Files.move(hal.home.resolve(".ssh/id_ed25519"), elsewhere);
        Files.move(hal.home.resolve(".ssh/id_ed25519.pub"), Path.of(elsewhere + ".pub"));
        hal.key("id_of_another_place"); // it is no key of the account's: nobody is asked for its passphrase
        assertThat(hal.caution("login", "--key", elsewhere.toString()).exitCode()).isZero();
        Said made = hal.caution("members", "invite", "viewer", "--json");
        assertThat(made.json().path("link").asString()).as(made.all()).contains("/join#");
        assertThat(made.err()).isEmpty();

        Files.delete(Path.of(elsewhere + ".pub")); // a private half alone says whose it is when it has signed
        assertThat(hal.caution("passkeys", "link").exitCode()).isZero();
        Path moved = Files.move(elsewhere, hal.home.resolve("moved"));
        Said none = hal.caution("members", "invite", "viewer", "--json");
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.json().at("/error/code").asString()).isEqualTo("no_key");
        assertThat(none.json().at("/error/message").asString()).contains("SHA256:", "caution --key FILE", server.url() + "/account");
        assertThat(hal.caution("--key", moved.toString(), "members", "invite", "viewer").exitCode()).isZero();
        Said wrong = hal.caution("--key", hal.home.resolve(".ssh/id_of_another_place").toString(), "members", "invite", "viewer");
        assertThat(wrong.err()).contains("is not your account's").doesNotContain("proof_required");
        assertThat(hal.caution("--key", "nowhere", "members", "invite", "viewer").exitCode()).isEqualTo(64);
    }

    @Test
    void aTokenAloneIsToldWhatIsMissing() throws Exception {
        Person ian = server.account("ian");
        ian.caution("login");
        Person thief = new Person(server.directory.resolve("thief"), server.url());
        thief.environment.put("CAUTION_TOKEN", token(ian));
        assertThat(thief.caution("members", "list").out()).contains("ian");
        thief.key("id_ed25519");
        Said said = thief.caution("ssh-keys", "add", thief.home.resolve(".ssh/id_ed25519.pub").toString());
        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.err()).contains("signature by one of your account's SSH keys").doesNotContain("proof_required");
        assertThat(ian.caution("ssh-keys", "list", "--json").json()).hasSize(1);
    }

    @Test
    void aTokenForACiIsMadeListedAndEndedAndMayWhatItSays() throws Exception {
        Person ines = server.account("ines");
        ines.caution("login");
        ines.in(ines.home.resolve("app"));
        ines.git("init", "-q");
        ines.write("Dockerfile", "FROM scratch\n");
        assertThat(ines.caution("init", "--name", "ci-app").exitCode()).isZero();
        Said made = ines.caution("tokens", "create", "--name", "ci", "--scope", "read,deploy", "--app", "ci-app", "--expires", "30d", "--json");
        assertThat(made.exitCode()).as(made.all()).isZero();
        String token = made.json().path("token").asString();
        assertThat(made.json().path("app").asString()).isEqualTo("ci-app");
        assertThat(ines.caution("tokens", "list").out()).contains("read,deploy of ci-app", "ci");

        Person ci = new Person(server.directory.resolve("ci"), server.url());
        ci.environment.put("CAUTION_TOKEN", token);
        assertThat(ci.caution("apps", "list").out()).contains("ci-app");
        Said more = ci.caution("tokens", "create", "--name", "more", "--scope", "read");
        assertThat(more.exitCode()).isEqualTo(1);
        assertThat(more.err()).contains("it lacks the scope manage");
        assertThat(ines.caution("tokens", "create", "--name", "x", "--scope", "all").err()).contains("There are: read deploy manage");
        assertThat(ines.caution("tokens", "create", "--name", "x", "--scope", "read", "--expires", "400d").err()).contains("between 1 and 365 days");
        assertThat(ines.caution("tokens", "create", "--name", "x", "--scope", "read", "--expires", "soon").exitCode()).isEqualTo(64);
        assertThat(ines.caution("tokens", "create", "--name", "x", "--scope", "read", "--app", "nobodys").err()).contains("not found");

        String managing = ines.caution("tokens", "create", "--name", "m", "--scope", "manage", "--json").json().path("token").asString();
        ines.environment.put("CAUTION_TOKEN", managing);
        assertThat(ines.caution("tokens", "create", "--name", "n", "--scope", "read").err()).contains("A token makes no token of more than itself");
        assertThat(ines.caution("tokens", "create", "--name", "n", "--scope", "manage").exitCode()).isZero();
        ines.environment.remove("CAUTION_TOKEN");
        assertThat(status("POST", "/api/sessions", managing, "")).as("a session may more than it").isEqualTo(403);

        assertThat(ines.caution("tokens", "revoke").exitCode()).isEqualTo(64);
        assertThat(ines.caution("tokens", "revoke", "--all").out()).contains("Revoked 4 tokens");
        assertThat(status("GET", "/api/account", token, "")).isEqualTo(401);
        String own = token(ines);
        assertThat(ines.caution("logout", "--all").out()).contains("Logged out");
        assertThat(status("GET", "/api/account", own, "")).isEqualTo(401);
    }

    @Test
    void aTokenThatNobodyUsesEndsAndOneOfALoginWithItsKey() throws Exception {
        Person jo = server.account("joe");
        jo.caution("login");
        String token = token(jo);
        var jdbc = server.bean(JdbcClient.class);
        String ofJo = " where account_id = (select id from account where name = 'joe')";
        jdbc.sql("update api_token set last_used_at = now() - interval '89 days', expires_at = now() + interval '1 year'" + ofJo).update();
        assertThat(status("GET", "/api/account", token, "")).isEqualTo(200);
        jdbc.sql("update api_token set last_used_at = now() - interval '91 days'" + ofJo).update();
        assertThat(status("GET", "/api/account", token, "")).isEqualTo(401);

        jo.caution("login");
        String again = token(jo);
        assertThat(jo.caution("ssh-keys", "add", jo.key("other").toString()).exitCode()).isZero();
        assertThat(jo.caution("ssh-keys", "remove", "id_ed25519").exitCode()).isZero();
        assertThat(status("GET", "/api/account", again, "")).as("what the lost key brought").isEqualTo(401);
    }

    /** The key that a CI pushes with opens nothing else. */
    @Test
    void aKeyOfAnAppDoesNotLogIn() throws Exception {
        Person kit = server.account("kit");
        kit.caution("login");
        kit.in(kit.home.resolve("app"));
        kit.git("init", "-q");
        kit.write("Dockerfile", "FROM scratch\n");
        kit.caution("init", "--name", "kits");
        Path deploy = kit.key("deploy");
        assertThat(kit.caution("ssh-keys", "add", deploy.toString(), "--app", "kits").exitCode()).isZero();
        assertThat(kit.caution("ssh-keys", "list").out()).contains("(pushes to kits)");
        Said in = kit.caution("login", "--key", deploy.toString().replace(".pub", ""));
        assertThat(in.exitCode()).isEqualTo(1);
        assertThat(in.err()).contains("does not log in anybody", "caution login --browser");
        assertThat(kit.caution("ssh-keys", "add", deploy.toString()).err()).contains("already, for the app kits");
        assertThat(kit.caution("ssh-keys", "remove", "id_ed25519").err()).as("the other one is no way in").contains("last key");
        assertThat(kit.caution("ssh-keys", "remove", "deploy").exitCode()).isZero();
    }

    @Test
    void aBrowserLetsTheCommandLineIn() throws Exception {
        Person lou = server.account("lou");
        var account = server.bean(Accounts.class).findOrCreate("lou");
        var jdbc = server.bean(JdbcClient.class);
        var pauses = new ArrayList<Duration>();
        // What the page does is DeviceIT's; here it is done the second time that the command waits.
        BrowserLogin.Pause pause = time -> {
            pauses.add(time);
            jdbc.sql("update device_login set last_polled_at = null").update();
            if (pauses.size() == 2) {
                jdbc.sql("update device_login set account_id = ? where account_id is null").param(account.id()).update();
            }
        };
        Said in = ScopedValue.where(BrowserLogin.PAUSE, pause).call(() -> lou.caution("login", "--browser", "--json"));
        assertThat(in.exitCode()).as(in.all()).isZero();
        assertThat(in.err()).contains(server.url() + "/device").containsPattern("type this code: [A-Z]{4}-[A-Z]{4}");
        assertThat(in.json().path("user").asString()).isEqualTo("lou");
        assertThat(pauses).containsExactly(Duration.ofSeconds(5), Duration.ofSeconds(5));
        assertThat(status("GET", "/api/account", token(lou), "")).isEqualTo(200);

        pause = _ -> jdbc.sql("update device_login set denied = true").update();
        Said no = ScopedValue.where(BrowserLogin.PAUSE, pause).call(() -> lou.caution("login", "--browser"));
        assertThat(no.exitCode()).isEqualTo(1);
        assertThat(no.err()).contains("Somebody refused this login");
        assertThat(lou.caution("login", "--browser", "--user", "lou").exitCode()).isEqualTo(64);
    }

    @Test
    void tokensEnd() throws Exception {
        Person fay = server.account("fay");
        fay.caution("login");
        String token = token(fay);
        assertThat(status("GET", "/api/account", token, "")).isEqualTo(200);
        server.bean(JdbcClient.class).sql("""
                update api_token set expires_at = now() - interval '1 second'
                where account_id = (select id from account where name = 'fay')""").update();
        HttpResponse<String> late = send("GET", "/api/account", token, "");
        assertThat(late.statusCode()).isEqualTo(401);
        assertThat(late.body()).contains("caution login");
    }

    @Test
    void everyRefusalIsAProblemDetailInOurWordsWithARequestId() throws Exception {
        Person gus = server.account("gus");
        gus.caution("login");
        String token = token(gus);
        for (String[] call : new String[][] {
            {"POST", "/api/apps", "{oops", "400"},
            {"POST", "/api/apps", "[]", "400"},
            {"POST", "/api/apps", "", "400"},
            {"POST", "/api/login", "{}", "400"},
            {"POST", "/api/login", "{\"id\":\"x\"}", "400"},
            {"GET", "/api/nothing", "", "404"},
            {"GET", "/error", "", "404"},
            {"GET", "/api/apps/not-an-id", "", "404"},
            {"PUT", "/api/apps", "{}", "405"},
            {"GET", "/api/apps/%2e%2e/", "", "400"},
            {"POST", "/api/apps", "x".repeat(70_000), "413"},
        }) {
            HttpResponse<String> answer = send(call[0], call[1], token, call[2]);
            String said = call[0] + " " + call[1] + " → " + answer.statusCode() + " " + answer.body();
            assertThat(answer.statusCode()).as(said).isEqualTo(Integer.parseInt(call[3]));
            assertThat(answer.headers().firstValue("content-type")).as(said).hasValueSatisfying(
                    type -> assertThat(type).startsWith("application/problem+json"));
            JsonNode problem = JSON.readTree(answer.body());
            assertThat(problem.path("request").asString("")).as(said)
                    .isEqualTo(answer.headers().firstValue("x-request-id").orElseThrow());
            assertThat(problem.path("detail").asString()).as(said).doesNotContainIgnoringCase("servlet")
                    .doesNotContain("Failed to", "static resource", "parse");
        }
        String malformed = raw("GET /a|b{ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(malformed).contains("400").contains("application/problem+json").contains("x-request-id");
    }

    private static String token(Person person) throws IOException {
        return JSON.readTree(Files.readString(person.home.resolve("config/logins.json")))
                .path("servers").path(server.url()).path("token").asString();
    }

    /** What a client that believes to be at an origin answers to a challenge. */
    private static String answer(Person person, JsonNode challenge, String origin, String user) {
        var message = new LoginMessage(origin, user, challenge.path("challenge").asString());
        String signature = person.here(() -> SshKeys.sign(SshKeys.of(person.home.resolve(".ssh/id_ed25519")),
                LoginMessage.NAMESPACE, message.bytes()));
        return JSON.writeValueAsString(Map.of("id", challenge.path("id").asString(), "signature", signature));
    }

    private static String detail(HttpResponse<String> answer) {
        return JSON.readTree(answer.body()).path("detail").asString();
    }

    private static int status(String method, String path, String token, String body) throws Exception {
        return send(method, path, token, body).statusCode();
    }

    private static HttpResponse<String> send(String method, String path, String token, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.url() + path)).header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }

    private static String raw(String request) throws IOException {
        try (var socket = new java.net.Socket("127.0.0.1", server.httpPort)) {
            socket.getOutputStream().write(request.getBytes());
            return new String(socket.getInputStream().readAllBytes());
        }
    }
}
