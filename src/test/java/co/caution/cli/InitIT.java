package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.cli.Person.Said;
import co.caution.project.Procfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code caution init} in every kind of place, against a real service. */
class InitIT {

    private static final String CONTAINERFILE = "FROM scratch\nCOPY app /app\nEXPOSE 8080\nENTRYPOINT [\"/app\"]\n";

    private static LocalServer server;
    private static Person alice;
    private static Person bob;

    @TempDir
    Path directory;

    @BeforeAll
    static void startTheService() throws IOException {
        server = LocalServer.shared();
        alice = server.account("init-alice");
        bob = server.account("init-bob");
        alice.caution("login");
        bob.caution("login");
    }

    @Test
    void runTwiceItLinksTheSameAppAndWritesNothingTwice() throws Exception {
        repository(alice, "twice").write("Containerfile", CONTAINERFILE);
        Said first = alice.caution("init");
        assertThat(first.exitCode()).as(first.all()).isZero();
        assertThat(first.out()).contains("App created!", "docker build -f Containerfile .", "git push caution main", "There is no commit yet");
        assertThat(Procfile.parse(Files.readString(alice.directory.resolve("Procfile"))).build().file()).isEqualTo("Containerfile");
        Map<String, String> before = written(alice);
        Path below = Files.createDirectories(alice.directory.resolve("src/deep"));
        Path top = alice.directory;
        alice.in(below);
        Said again = alice.caution("init");
        assertThat(again.out()).as(again.all()).contains("App re-linked successfully!").doesNotContain("remote 'caution'");
        alice.in(top);
        assertThat(written(alice)).isEqualTo(before);
        assertThat(apps(alice, "twice")).isEqualTo(1);

        // A clone without the remote, and one with nothing but the remote, know their app.
        alice.git("remote", "remove", "caution");
        assertThat(alice.caution("init", "--json").json().path("remote").asString()).isEqualTo("added");
        Files.delete(alice.directory.resolve(".caution/deployment.json"));
        Said remoteOnly = alice.caution("init", "--json");
        assertThat(remoteOnly.json().path("created").asBoolean()).isFalse();
        assertThat(remoteOnly.json().path("remote").asString()).isEqualTo("unchanged");
        assertThat(written(alice)).isEqualTo(before);
        assertThat(alice.caution("init", "--name", "other").exitCode()).as("it is no way to rename").isEqualTo(64);
    }

    @Test
    void whereTheServerDisagreesNothingIsGuessed() throws Exception {
        repository(alice, "gone").write("Containerfile", CONTAINERFILE);
        String id = alice.caution("init", "--json").json().at("/app/id").asString();
        Map<String, String> before = written(alice);

        Said others = bob.in(alice.directory).caution("init", "--json");
        assertThat(others.json().at("/error/code").asString()).isEqualTo("link_broken");
        assertThat(others.json().at("/error/message").asString()).contains(id, "'init-bob'", "caution login", "--new");

        assertThat(alice.caution("apps", "destroy", id, "--confirm", "gone").exitCode()).isZero();
        Said gone = alice.caution("init");
        assertThat(gone.exitCode()).isEqualTo(1);
        assertThat(gone.err()).contains(id, "destroyed", "another account", "another server", "caution init --new");
        assertThat(written(alice)).as("nothing is written").isEqualTo(before);
        assertThat(apps(alice, "gone")).isZero();

        Said fresh = alice.caution("init", "--new", "--json");
        assertThat(fresh.json().path("created").asBoolean()).isTrue();
        assertThat(fresh.json().path("remote").asString()).isEqualTo("changed");
        alice.git("remote", "set-url", "caution", "ssh://git@localhost:1/" + id + ".git");
        assertThat(alice.caution("init").err()).contains("says that this repository is app", "git remote remove caution");

        alice.environment.put("CAUTION_SERVER", "http://localhost:1");
        assertThat(alice.caution("init").err()).contains("Not logged in to http://localhost:1");
        alice.environment.put("CAUTION_SERVER", server.url());
    }

    @Test
    void aNameThatIsTakenIsNeverTakenSilently() throws Exception {
        repository(alice, "taken").write("Containerfile", CONTAINERFILE);
        alice.caution("init");
        repository(alice, "elsewhere").write("Containerfile", CONTAINERFILE);
        Said taken = alice.caution("init", "--name", "taken");
        assertThat(taken.exitCode()).isEqualTo(1);
        assertThat(taken.err()).contains("caution init --app taken", "caution init --name NAME");
        assertThat(alice.directory.resolve(".caution")).doesNotExist();
        Said linked = alice.caution("init", "--app", "taken", "--json");
        assertThat(linked.json().path("created").asBoolean()).isFalse();
        assertThat(bob.in(alice.directory).caution("init", "--app", "taken").err()).contains("App 'taken' not found");

        // Where two organizations have one of that name, nobody's source goes to the other one by chance.
        alice.caution("orgs", "create", "init-guild");
        repository(alice, "theirs").write("Dockerfile", CONTAINERFILE);
        assertThat(alice.caution("init", "--org", "init-guild", "--name", "taken").exitCode()).isZero();
        repository(alice, "mine").write("Dockerfile", CONTAINERFILE);
        assertThat(alice.caution("init", "--app", "taken").err()).contains("Several of your organizations have an app 'taken'", "init-guild");
    }

    @Test
    void aRemoteOfSomebodyElseIsLeftAlone() throws Exception {
        repository(alice, "foreign").write("Containerfile", CONTAINERFILE);
        alice.git("remote", "add", "caution", "https://git.example/me/caution.git");
        Said refused = alice.caution("init");
        assertThat(refused.err()).contains("https://git.example/me/caution.git", "git remote rename caution OTHER");
        assertThat(apps(alice, "foreign")).isZero();
        assertThat(alice.directory.resolve("Procfile")).doesNotExist();
        assertThat(alice.git("remote", "get-url", "caution")).isEqualTo("https://git.example/me/caution.git");
    }

    @Test
    void placesThatAreNoCheckoutAreRefusedAndWorktreesAreNot() throws Exception {
        alice.in(directory.resolve("plain"));
        assertThat(alice.caution("init").err()).contains("not a git repository", "git init");
        alice.git("init", "-q", "--bare", "bare.git");
        alice.in(directory.resolve("plain/bare.git"));
        assertThat(alice.caution("init").err()).contains("bare", "git worktree add");
        repository(alice, "main-tree").write("Containerfile", CONTAINERFILE);
        alice.git("add", "-A");
        alice.git("commit", "-q", "-m", "One");
        assertThat(alice.in(alice.directory.resolve(".git")).caution("init").exitCode()).isEqualTo(1);
        alice.in(directory.resolve("main-tree"));
        alice.git("worktree", "add", "-q", "--detach", directory.resolve("tree").toString());
        alice.in(directory.resolve("tree"));
        Said tree = alice.caution("init");
        assertThat(tree.out()).as(tree.all()).contains("App created!", "git push caution HEAD:main");
        assertThat(alice.directory.resolve(".caution/deployment.json")).exists();
        alice.in(directory.resolve("main-tree"));
        assertThat(alice.caution("init", "--json").json().path("created").asBoolean()).as("the remote is shared").isFalse();
    }

    @Test
    void theContainerfileIsFoundOrSaidToBeElsewhere() throws Exception {
        repository(alice, "where");
        assertThat(alice.caution("init").err()).contains("There is no Containerfile");
        alice.write("services/api/Dockerfile", CONTAINERFILE);
        assertThat(alice.caution("init").err()).contains("caution init --containerfile services/api/Dockerfile");
        assertThat(alice.caution("init", "--containerfile", "nowhere").exitCode()).isEqualTo(64);
        assertThat(alice.caution("init", "--containerfile", "../").err()).contains("outside of the repository");
        Said found = alice.caution("init", "--containerfile", "services/api");
        assertThat(found.out()).as(found.all()).contains("docker build -f services/api/Dockerfile services/api");

        repository(alice, "both").write("Dockerfile", CONTAINERFILE).write("Containerfile", CONTAINERFILE);
        assertThat(alice.caution("init").out()).contains("the Containerfile is taken", "-f Containerfile .");
        repository(alice, "own").write("Procfile", "build: docker build .\n");
        assertThat(alice.caution("init").out()).contains("Configuration found");
        assertThat(alice.directory.resolve("Procfile")).hasContent("build: docker build .\n");
    }

    @Test
    void whatIsNoAddressOfAnAppIsNeverGivenToGit() {
        for (String url : List.of("ext::sh -c id", "ssh://-oProxyCommand=id/x.git", "https://localhost/x.git", "")) {
            assertThatThrownBy(() -> new Remote(directory, null, null).leadTo(url)).isInstanceOf(CliException.class)
                    .hasMessageContaining("no address to push to");
        }
    }

    private Person repository(Person person, String name) throws IOException {
        person.in(directory.resolve(name));
        person.git("init", "-q", "-b", "main");
        return person;
    }

    private static Map<String, String> written(Person person) throws IOException {
        return Map.of("procfile", Files.readString(person.directory.resolve("Procfile")),
                "deployment", Files.readString(person.directory.resolve(".caution/deployment.json")),
                "config", person.git("config", "--local", "--list"));
    }

    private static long apps(Person person, String name) {
        return person.caution("apps", "list", "--json").json().valueStream()
                .filter(app -> app.path("resource_name").asString().equals(name)).count();
    }
}
