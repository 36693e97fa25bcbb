package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.TestService;
import co.caution.account.Account;
import co.caution.account.Accounts;
import co.caution.account.Role;
import co.caution.git.GitClient;
import co.caution.words.Phrase;
import co.caution.words.Vocabulary;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** What is asked for in words over SSH is answered by the very handlers of HTTP. */
class WordsIT {

    private final TestService service = TestService.shared();
    private final String who = "words-" + UUID.randomUUID().toString().substring(0, 8);
    private Account person;
    private GitClient client;

    WordsIT() throws Exception {}

    @BeforeEach
    void somebodyWithAKey() throws Exception {
        person = service.person(who);
        client = new GitClient(service.sshPort);
        service.bean(Accounts.class).addSshKey(person.id(), client.key());
    }

    @AfterEach
    void leave() {
        client.close();
    }

    @Test
    void theAnswersAreThoseOfHttp() throws Exception {
        String token = service.token(person);
        assertThat(client.run("apps create " + who).exit()).isZero();
        for (var each : List.of(
                List.of("whoami", "/api/account"), List.of("apps list", "/api/apps"), List.of("apps get " + who, "/api/apps/" + who),
                List.of("builds list " + who, "/api/apps/" + who + "/builds"), List.of("orgs list", "/api/organizations"),
                List.of("members list " + who, "/api/organizations/" + who + "/members"),
                List.of("releases list " + who, "/api/apps/" + who + "/releases"),
                List.of("deployments list " + who, "/api/apps/" + who + "/deployments"),
                List.of("audit list " + who + " --limit 1", "/api/organizations/" + who + "/audit?limit=1"),
                List.of("sessions list", "/api/sessions"))) {
            var said = client.run(each.getFirst() + " --json");
            assertThat(said.out()).as(each.getFirst()).isEqualTo(service.call("GET", each.getLast(), token, null).body() + "\n");
            assertThat(said.exit()).isZero();
        }
        assertThat(client.run("apps list").out()).startsWith("NAME ").contains(who + " ");
    }

    @Test
    void soAreTheRefusals() throws Exception {
        var others = service.organization("others-" + who);
        var viewed = service.organization("viewed-" + who);
        service.join(viewed, person, Role.VIEWER);
        String token = service.token(person);
        refused("apps get nothing-there", service.call("GET", "/api/apps/nothing-there", token, null).body());
        refused("apps get " + UUID.randomUUID(), null);
        refused("members list others-" + who, service.call("GET", "/api/organizations/others-" + who + "/members", token, null).body());
        refused("apps create x-" + who + " --organization viewed-" + who,
                service.call("POST", "/api/apps?organization=viewed-" + who, token, "{\"name\":\"x-" + who + "\"}").body());
        refused("apps create NO/NAME", service.call("POST", "/api/apps", token, "{\"name\":\"NO/NAME\"}").body());
        refused("apps list --limit x", service.call("GET", "/api/apps?limit=x", token, null).body());
        assertThat(others).isNotNull();
    }

    private void refused(String line, String problem) throws Exception {
        var said = client.run(line);
        assertThat(said.exit()).as(line).isEqualTo(1);
        assertThat(said.out()).isEmpty();
        assertThat(said.err()).startsWith("fatal: ").hasLineCount(1);
        if (problem != null) {
            assertThat(said.err()).isEqualTo("fatal: " + JsonMapper.shared().readTree(problem).path("detail").asString() + "\n");
        }
    }

    /** Who did it, with what, from where: as for any other call. */
    @Test
    void whatIsDoneIsWrittenDownAsDoneWithTheKey() throws Exception {
        assertThat(client.run("apps create " + who).exit()).isZero();
        var entry = service.bean(JdbcClient.class)
                .sql("select actor, actor_by, credential, address from audit_entry where event = 'app.create' and account_id = ?")
                .param(person.id())
                .query((row, _) -> List.of(row.getString(1), row.getString(2), row.getString(3), row.getString(4)))
                .single();
        assertThat(entry).containsExactly(who, "ssh-key", client.key().fingerprint(), "127.0.0.1");
    }

    @Test
    void aKeyThatWasRemovedMayDoNothing() throws Exception {
        service.bean(JdbcClient.class).sql("delete from ssh_key where account_id = ?").param(person.id()).update();
        assertThat(service.bean(Accounts.class).ownersOf(client.key().fingerprint())).isEmpty();
        service.bean(Accounts.class).addSshKey(service.person("other-" + who).id(), client.key());
        assertThat(client.run("whoami").out()).contains("other-" + who).doesNotContain("name: " + who);
    }

    /** Who calls stands where nothing that comes in over HTTP gets. */
    @Test
    void nobodyBecomesACallerOverHttp() throws Exception {
        assertThat(service.call("GET", "/api/account?" + InMemoryApi.CALLER + "=" + person.id(), null, null).statusCode()).isEqualTo(401);
        assertThat(client.run("whoami --json").exit()).isZero();
        assertThat(service.call("GET", "/api/account", null, null).statusCode()).as("on the thread that just served somebody").isEqualTo(401);
    }

    @Test
    void everyPhraseIsARouteThatTakesNoFreshProofOrSaysWhoCarriesOne() {
        for (var phrase : Vocabulary.PHRASES) {
            var route = Routes.find(phrase.method(), phrase.pattern());
            assertThat(route).as(phrase.usage()).isPresent();
            assertThat(phrase.view() instanceof Phrase.View.Elsewhere).as(phrase.usage() + " takes a fresh proof")
                    .isEqualTo(route.get().proof() != Routes.Proof.NONE);
        }
    }
}
