package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.cli.Person.Said;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that says whatever suits it: words that steer a terminal, and addresses that are none. */
class HostileServerTest {

    private static final String ID = "4a1ebcae-2174-48dc-b33f-f3fba4473e6a";
    /** Clears the screen, names the window, and begins another line. */
    private static final String STEERING = "\\u001b[2J\\u001b]0;x\\u0007\\r\\u009b1m";

    @TempDir
    Path directory;

    private String gitUrl = "ssh://git@localhost:2222/" + ID + ".git";
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private FakeServer server;
    private Person person;

    @BeforeEach
    void start() throws Exception {
        server = new FakeServer(exchange -> {
            heard.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.getResponseHeaders().set("x-build-state", "succeeded");
            return answer(exchange.getRequestMethod(), exchange.getRequestURI().getPath());
        });
        person = server.person(directory.resolve("home"));
        person.in(directory.resolve("app"));
        person.git("init", "-q", "-b", "main");
        person.write("Procfile", "build: docker build .\nrun: /app\n");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String answer(String method, String path) {
        String any = "\"s" + STEERING + "\"";
        String app = "{\"id\":\"" + ID + "\",\"resource_name\":" + any + ",\"state\":\"running" + STEERING + "\",\"reason\":" + any
                + ",\"former_names\":[" + any + "],\"deploy_branch\":" + any + ",\"git_url\":\"" + gitUrl + "\",\"application_url\":" + any
                + ",\"on_its_way\":{\"build\":" + any + ",\"commit\":" + any + "},\"release\":{\"number\":1,\"commit\":" + any
                + ",\"pcr0\":" + any + ",\"pcr1\":" + any + ",\"pcr2\":" + any + "}}";
        String build = "{\"id\":\"" + ID + "\",\"created_at\":" + any + ",\"commit\":" + any + ",\"state\":" + any + ",\"failed_phase\":"
                + any + "}";
        return switch (path) {
            case "/api/apps" -> method.equals("GET") ? "[" + app + "]" : app;
            case "/api/apps/" + ID -> app;
            case "/api/apps/" + ID + "/builds" -> "[" + build + "]";
            case "/api/apps/" + ID + "/builds/" + ID, "/api/apps/" + ID + "/builds/" + ID + "/cancel" -> build;
            case "/api/apps/" + ID + "/builds/" + ID + "/output" -> "said \u001b[2J\u001b]0;x\u0007\n";
            case "/api/apps/" + ID + "/releases" -> "[" + release(any) + "]";
            case "/api/apps/" + ID + "/releases/1" -> release(any);
            case "/api/apps/" + ID + "/deployments" -> "[{\"created_at\":" + any + ",\"state\":" + any + ",\"reason\":" + any + ",\"ended_at\":" + any + "}]";
            case "/api/status" -> "{\"version\":" + any + ",\"hosting\":{\"kind\":" + any + "},\"enclaveos\":{\"digest\":" + any + ",\"pcr1\":" + any + "}}";
            case "/api/account/ssh-keys" -> method.equals("GET")
                    ? "[{\"id\":\"" + ID + "\",\"fingerprint\":" + any + ",\"type\":" + any + ",\"name\":" + any + "}]"
                    : "{\"fingerprint\":" + any + ",\"name\":" + any + "}";
            case "/api/account/tokens" -> "[{\"id\":\"" + ID + STEERING + "\",\"name\":" + any + "}]";
            case "/api/organizations/acme/cloud-accounts" -> method.equals("GET") ? "[" + cloudAccount(any) + "]" : cloudAccount(any);
            case "/api/organizations/acme/cloud-accounts/" + ID + "/check" -> cloudAccount(any);
            case "/api/login/challenge" -> "{\"id\":\"" + ID + "\",\"challenge\":" + any + "}";
            case "/api/login" -> "{\"user\":" + any + ",\"fingerprint\":" + any + ",\"token\":\"caution_y\",\"expires_at\":" + any + "}";
            default -> "{\"name\":" + any + ",\"hardware\":true}";
        };
    }

    private static String cloudAccount(String any) {
        return "{\"id\":\"" + ID + "\",\"role_arn\":" + any + ",\"region\":" + any + ",\"state\":" + any + ",\"reason\":" + any
                + ",\"trust_policy\":{" + any + ":" + any + "}}";
    }

    private static String release(String any) {
        return "{\"number\":1,\"commit\":" + any + ",\"created_at\":" + any + ",\"pcr0\":" + any + ",\"pcr1\":" + any + ",\"pcr2\":" + any
                + ",\"enclaveos\":" + any + ",\"eif_sha256\":" + any + "}";
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "apps list", "apps get " + ID, "apps branch main --app " + ID, "apps rename " + ID + " other", "releases list --app " + ID,
        "releases show 1 --app " + ID, "deployments list --app " + ID, "platform", "apps download-eif " + ID, "builds list --app " + ID, "builds output --app " + ID,
        "builds output -f --app " + ID, "builds cancel " + ID + " --app " + ID, "ssh-keys list", "ssh-keys add key.pub",
        "tokens list", "tokens revoke 4a1e", "login --key key", "login --token=caution_z", "status", "init --app " + ID, "doctor",
        "cloud-accounts list --org acme", "cloud-accounts add arn --region r --org acme", "cloud-accounts check " + ID + " --org acme"
    })
    void nothingThatItSaysSteersTheTerminal(String command) throws Exception {
        Path key = person.key("id_ed25519");
        Files.copy(key, directory.resolve("app/key.pub"));
        Files.copy(key.resolveSibling("id_ed25519"), directory.resolve("app/key"));
        Said said = person.caution(command.split(" "));
        String all = said.out() + said.err();
        assertThat(all.chars().filter(c -> Character.isISOControl(c) && c != '\n')).as(all).isEmpty();
        assertThat(all).as("it was said").isNotBlank();
    }

    @ParameterizedTest
    @CsvSource({
        "ssh://git@-oProxyCommand=id/ID.git", "ssh://-oProxyCommand=id/ID.git", "ssh://a@b@c/ID", "ext::sh -c id /ID",
        "ssh://git@localhost:2222/\\u001b[2J/ID.git", "https://localhost/ID.git", "''"
    })
    void anAddressThatIsNoneIsNotGivenToGit(String url) throws Exception {
        gitUrl = url.replace("ID", ID);
        Said said = person.caution("init", "--app", ID);
        assertThat(said.exitCode()).as(said.out() + said.err()).isEqualTo(1);
        assertThat(said.err()).contains("no address to push to");
        assertThat(person.git("remote")).isEmpty();
    }

    @Test
    void anAddressThatIsOneIs() throws Exception {
        assertThat(person.caution("init", "--app", ID).exitCode()).isZero();
        assertThat(person.git("remote", "get-url", "caution").strip()).isEqualTo(gitUrl);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssh-keys add key", "ssh-keys add --name mine key"})
    void aPrivateKeyThatWasNamedByMistakeIsNeverSent(String command) throws Exception {
        Files.copy(person.key("id_ed25519").resolveSibling("id_ed25519"), directory.resolve("app/key"));
        Said said = person.caution(command.split(" "));
        assertThat(said.exitCode()).isEqualTo(Errors.USAGE);
        assertThat(said.err()).contains("This is a private key. Give the public half");
        assertThat(heard).isEmpty();
    }
}
