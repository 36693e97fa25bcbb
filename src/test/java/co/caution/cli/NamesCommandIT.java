package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** Apps by their names, and what is on record of them, at somebody's terminal. */
class NamesCommandIT {

    private final LocalServer server;

    NamesCommandIT() throws Exception {
        server = LocalServer.shared();
    }

    @Test
    void anAppIsRenamedAndItsFormerNameStillLeadsToIt() throws Exception {
        Person nina = server.account("nina");
        assertThat(nina.caution("login").exitCode()).isZero();
        nina.in(nina.home.resolve("app"));
        nina.git("init", "-q");
        nina.write("Dockerfile", "FROM scratch\n");
        assertThat(nina.caution("init", "--name", "first-name").exitCode()).isZero();
        String remote = nina.git("remote", "get-url", "caution");
        String file = Files.readString(nina.directory.resolve(".caution/deployment.json"));

        assertThat(nina.caution("apps", "rename", "first-name", "second-name").out()).startsWith("first-name is named second-name now.");
        var former = nina.caution("apps", "get", "first-name");
        assertThat(former.out()).contains("Name:        second-name", "Formerly:    first-name");
        assertThat(former.err()).isEqualTo("'first-name' is a former name of the app 'second-name'.\n");
        assertThat(nina.caution("apps", "get", "nina/second-name").err()).isEmpty();
        assertThat(nina.caution("apps", "get", "first-name", "--json").json().path("former_names")).hasSize(1);
        assertThat(nina.git("remote", "get-url", "caution")).isEqualTo(remote);
        assertThat(Files.readString(nina.directory.resolve(".caution/deployment.json"))).isEqualTo(file);
        assertThat(nina.caution("init").out()).contains("second-name");

        assertThat(nina.caution("init", "--new", "--name", "first-name").err()).contains("former name of the app 'second-name'");
        var impossible = nina.caution("apps", "rename", "second-name", "No Name", "--json");
        assertThat(impossible.exitCode()).isEqualTo(1);
        assertThat(impossible.json().at("/error/message").asString()).contains("'No Name' is not valid").doesNotContain("caution init");
        for (String nobodys : new String[] {"nobodys", "others/second-name", "/", "second-name/", "../account", "a?b", ""}) {
            var said = nina.caution("apps", "get", nobodys, "--json");
            assertThat(said.exitCode()).as(nobodys).isEqualTo(1);
            assertThat(said.json().at("/error/code").asString()).as(nobodys).isEqualTo("not_found");
        }
    }

    @Test
    void whatIsOnRecordAndHowMuchRoomThereIs() throws Exception {
        Person noah = server.account("noah");
        assertThat(noah.caution("login").exitCode()).isZero();
        noah.in(noah.home.resolve("app"));
        noah.git("init", "-q");
        noah.write("Dockerfile", "FROM scratch\n");
        assertThat(noah.caution("init", "--name", "on-record").exitCode()).isZero();

        assertThat(noah.caution("releases", "--app", "on-record").out()).contains("No releases");
        assertThat(noah.caution("deployments").out()).contains("No deployments");
        assertThat(noah.caution("releases", "show", "v7").err()).contains("no release v7");
        assertThat(noah.caution("releases", "show", "seven").exitCode()).isEqualTo(Errors.USAGE);
        assertThat(noah.caution("platform").out()).contains("local, SIMULATED (not hardware-backed)", "MiB free");
        assertThat(noah.caution("platform", "--json").json().at("/capacity/ports/total").asInt()).isPositive();
    }
}
