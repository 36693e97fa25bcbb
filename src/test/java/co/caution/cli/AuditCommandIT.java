package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.cli.Person.Said;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The audit log at a terminal: read, kept, and checked later by somebody who trusts nobody. */
class AuditCommandIT {

    private static LocalServer server;

    @BeforeAll
    static void start() throws Exception {
        server = LocalServer.shared();
    }

    @Test
    void anAdminReadsItAndNobodyElse() throws Exception {
        Person agnes = person("agnes");
        agnes.caution("orgs", "create", "archive");
        Person rolf = person("rolf");
        String link = agnes.caution("members", "invite", "member", "--org", "archive", "--json").json().path("link").asString();
        assertThat(rolf.caution("members", "accept", link).exitCode()).isZero();

        Said list = agnes.caution("audit", "list", "--org", "archive");
        assertThat(list.out().lines().map(line -> line.split(" {2}")[2])).containsExactly("member.join", "invitation.create", "organization.create");
        assertThat(list.out()).contains("rolf  by rolf, token").doesNotContain(link.substring(link.indexOf('#') + 1));
        assertThat(agnes.caution("audit", "list", "--limit", "1", "--json").json().get(0).path("by").asString()).isEqualTo("ssh-key");
        assertThat(rolf.caution("audit", "list", "--org", "archive").err()).contains("it takes admin or more to read the organization's audit log");
        assertThat(rolf.caution("audit", "verify", "--org", "archive").exitCode()).isEqualTo(1);
        assertThat(person("ulf").caution("audit", "export", "out.jsonl", "--org", "archive").err()).contains("There is no organization 'archive'");
    }

    @Test
    void whatWasExportedIsCheckedWithoutTheServer() throws Exception {
        Person vanja = person("vanja");
        Path older = vanja.home.resolve("older.jsonl");
        Said exported = vanja.caution("audit", "export", older.toString());
        assertThat(exported.exitCode()).as(exported.all()).isZero();
        String head = exported.out().lines().filter(line -> line.startsWith("Head: ")).findFirst().orElseThrow().substring(6);
        assertThat(vanja.caution("audit", "export", older.toString()).exitCode()).isEqualTo(Errors.USAGE);
        person("vanja-the-other");

        Said still = vanja.caution("audit", "verify", "--from", head, "--json");
        assertThat(still.exitCode()).as(still.all()).isZero();
        assertThat(still.json().path("sound").asBoolean()).isTrue();
        assertThat(still.json().path("head").asString()).isNotEqualTo(head);
        assertThat(vanja.caution("audit", "verify", "--from", older.toString()).out()).contains("Sound: ");
        assertThat(vanja.caution("audit", "verify", older.toString()).out()).contains("Head: " + head);

        Said other = vanja.caution("audit", "verify", "--from", head.substring(0, head.length() - 4) + "0000", "--json");
        assertThat(other.exitCode()).isEqualTo(Errors.DIFFERENT);
        assertThat(other.json().path("why").asString()).contains("once had");
        Said shorter = vanja.caution("audit", "verify", older.toString(), "--from", still.json().path("head").asString());
        assertThat(shorter.exitCode()).isEqualTo(Errors.DIFFERENT);
        assertThat(shorter.out()).contains("REWRITTEN", "and once had entry");

        List<String> lines = Files.readAllLines(older);
        Path without = Files.write(vanja.home.resolve("without.jsonl"), lines.stream().filter(line -> !line.startsWith("{\"sequence\":2,")).toList());
        Said broken = vanja.caution("audit", "verify", without.toString());
        assertThat(broken.exitCode()).isEqualTo(AuditCommand.INVALID);
        assertThat(broken.out()).contains("NOT SOUND: entry 2: it is missing: after entry 1 comes 3");
        assertThat(vanja.caution("audit", "verify", "--from", without.toString()).exitCode()).isEqualTo(Errors.USAGE);
        assertThat(vanja.caution("audit", "verify", vanja.home.resolve("none").toString()).exitCode()).isEqualTo(1);
        assertThat(vanja.caution("audit", "verify", older.toString(), "--org", "x").exitCode()).isEqualTo(Errors.USAGE);
    }

    @Test
    void theOperatorSeesAllOfIt() throws Exception {
        Person host = person("host-of-the-log");
        Path all = host.home.resolve("all.jsonl");
        Said exported = host.caution("audit", "export", all.toString(), "--all", "--home", server.home.toString(), "--json");
        assertThat(exported.exitCode()).as(exported.all()).isZero();
        assertThat(exported.json().path("shown").asLong()).isEqualTo(exported.json().path("entries").asLong());
        assertThat(Files.getPosixFilePermissions(all)).hasSize(2);
        assertThat(host.caution("audit", "list", "--all", "--home", server.home.toString()).out()).contains("host-of-the-log");
        assertThat(host.caution("audit", "list", "--all", "--org", "x").exitCode()).isEqualTo(Errors.USAGE);
        assertThat(host.caution("audit", "list", "--home", "x").exitCode()).isEqualTo(Errors.USAGE);
        assertThat(host.caution("audit", "list", "--limit", "0").exitCode()).isEqualTo(Errors.USAGE);
        assertThat(host.caution("doctor", "--server-side", "--home", server.home.toString()).out()).contains("audit log");
    }

    private static Person person(String name) throws Exception {
        Person person = server.account(name);
        assertThat(person.caution("login").exitCode()).isZero();
        return person;
    }
}
