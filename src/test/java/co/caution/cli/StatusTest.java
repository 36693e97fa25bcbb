package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.cli.Person.Said;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code status} and its exit codes, for every state that a server may tell of. */
class StatusTest {

    private static final String ID = "4a1ebcae-2174-48dc-b33f-f3fba4473e6a";

    @TempDir
    Path directory;

    private final Map<String, String> answers = new HashMap<>();
    private FakeServer server;
    private Person person;

    @BeforeEach
    void start() throws Exception {
        server = new FakeServer(exchange -> answers.getOrDefault(exchange.getRequestURI().getPath(), "{}"));
        person = server.person(directory.resolve("home"));
        person.in(directory.resolve("app"));
        person.git("init", "-q", "-b", "main");
        person.write(".caution/deployment.json", "{\"resource_id\":\"" + ID + "\"}");
        answers.put("/api/apps/" + ID + "/builds", "[]");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void whatIsLiveIsComparedWithWhatLiesHere() throws Exception {
        app("initialized", "");
        assertThat(person.caution("status").out()).contains("nothing is committed yet");
        String first = commit("One");
        Said never = person.caution("status");
        assertThat(never.exitCode()).isEqualTo(3);
        assertThat(never.out()).contains("initialized", "nothing was deployed yet");

        app("running", first);
        answers.put("/api/apps/" + ID + "/builds", "[{\"id\":\"0123456789\",\"state\":\"succeeded\",\"commit\":\"" + first
                + "\",\"created_at\":\"2026-01-02T03:04:05Z\"}]");
        Said same = person.caution("status");
        assertThat(same.exitCode()).as(same.all()).isZero();
        assertThat(same.out()).contains("HEAD is what is live", "http://127.0.0.1:8101", "caution builds output 01234567");
        person.write("tracked", "other");
        assertThat(person.caution("status").out()).contains("not committed");

        commit("Two");
        Said other = person.caution("status", "--json");
        assertThat(other.exitCode()).isEqualTo(2);
        assertThat(other.json().at("/head/live").asBoolean()).isFalse();
        assertThat(other.json().path("exit_code").asInt()).isEqualTo(2);
        assertThat(person.caution("status").out()).contains("1 commits ahead, 0 behind");

        app("failed", first);
        Said failed = person.caution("status");
        assertThat(failed.exitCode()).isEqualTo(3);
        assertThat(failed.out()).contains("Reason:").doesNotContain("Application:").doesNotContain("\u001b");
    }

    @Test
    void elsewhereAllAppsAreShown() throws Exception {
        person.in(directory.resolve("home"));
        answers.put("/api/apps", "[]");
        assertThat(person.caution("status").exitCode()).isZero();
        app("stopped", "a".repeat(40));
        Said stopped = person.caution("status", "--json");
        assertThat(stopped.exitCode()).isEqualTo(3);
        assertThat(stopped.json().path("apps")).hasSize(1);
        app("initialized", "");
        assertThat(person.caution("status").exitCode()).as("what was never deployed is not down").isZero();
    }

    @Test
    void anAppThatIsNotThereIsAnErrorNotAState() throws Exception {
        answers.put("/api/apps", "[]");
        assertThat(person.caution("status").exitCode()).isEqualTo(1);
    }

    /** Whoever clones or unpacks a stranger's repository and looks at it runs nothing of theirs. */
    @Test
    void nothingThatARepositoryNamesIsRun() throws Exception {
        String first = commit("One");
        app("running", "f".repeat(40)); // which the repository does not have, and could be told to fetch
        Path ran = directory.resolve("ran");
        String run = "touch '" + ran + "'; false";
        person.write(".gitattributes", "* filter=theirs\n");
        person.write("tracked", "changed");
        for (String[] setting : new String[][] {
            {"core.fsmonitor", run}, {"filter.theirs.clean", run}, {"filter.theirs.process", run}, {"core.sshCommand", run},
            {"diff.external", run}, {"remote.origin.url", "ssh://localhost/x"}, {"remote.origin.promisor", "true"},
            {"remote.origin.partialclonefilter", "blob:none"}, {"core.pager", run}, {"alias.status", "!" + run}}) {
            person.git("config", setting[0], setting[1]);
        }
        Said said = person.caution("status", "--json");
        assertThat(said.json().at("/head/commit").asString()).isEqualTo(first);
        assertThat(said.json().at("/head/uncommitted_changes").asBoolean()).isTrue();
        assertThat(person.caution("status").out()).contains("does not have that commit");
        assertThat(ran).doesNotExist();
    }

    @Test
    void aWorktreeOfAnotherRepositoryIsACheckoutAsAnyOther() throws Exception {
        commit("One");
        person.git("worktree", "add", "-q", "-b", "other", directory.resolve("beside").toString());
        person.in(directory.resolve("beside"));
        String second = commit("Two");
        app("running", second);
        assertThat(person.caution("status").out()).contains("HEAD is what is live");
    }

    private String commit(String message) throws Exception {
        person.write("tracked", message);
        person.git("add", "-A");
        person.git("commit", "-q", "-m", message);
        return person.git("rev-parse", "HEAD");
    }

    private void app(String state, String commit) {
        String app = "{\"id\":\"" + ID + "\",\"resource_name\":\"hello\",\"state\":\"" + state
                + "\",\"application_url\":\"http://127.0.0.1:8101\",\"reason\":\"ended\\u001b[2J\""
                + (commit.isEmpty() ? "" : ",\"release\":{\"number\":1,\"commit\":\"" + commit + "\"}") + "}";
        answers.put("/api/apps", "[" + app + "]");
        answers.put("/api/apps/" + ID, app);
    }
}
