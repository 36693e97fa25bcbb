package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.account.Account;
import co.caution.account.Accounts;
import co.caution.account.Invitations;
import co.caution.account.Organizations;
import co.caution.account.Role;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** People let each other in and out, at their terminals. */
class MembersIT {

    private final LocalServer server;

    MembersIT() throws Exception {
        server = LocalServer.shared();
    }

    private Person person(String name) throws Exception {
        Person person = server.account(name);
        assertThat(person.caution("login").exitCode()).isZero();
        return person;
    }

    @Test
    void anInvitationLetsOnePersonInOnceAndTheirRoleDecides() throws Exception {
        Person olga = person("olga");
        assertThat(olga.caution("orgs", "create", "works").all()).contains("Made works");
        String link = olga.caution("members", "invite", "viewer", "--org", "works", "--json").json().path("link").asString();
        Person vera = new Person(server.directory.resolve("vera"), server.url());
        String key = vera.key("id_ed25519").toString();

        assertThat(vera.caution("members", "accept", link, "--user", "vera", "--ssh-key", key).out()).contains("You are vera on ");
        assertThat(vera.caution("orgs", "list").out()).contains("vera  owner", "works  viewer");
        var again = vera.caution("members", "accept", link);
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).contains("This invitation was used");

        vera.in(vera.home.resolve("app"));
        vera.git("init", "-q");
        vera.write("Dockerfile", "FROM scratch\n");
        assertThat(vera.caution("init", "--org", "works").err()).contains("You are viewer there; it takes member or more to make an app");
        assertThat(vera.caution("members", "role", "vera", "owner", "--org", "works").exitCode()).isEqualTo(1);
        assertThat(olga.caution("members", "role", "vera", "member", "--org", "works").out()).contains("vera is member now");
        assertThat(vera.caution("init", "--org", "works", "--name", "ours").all()).contains("You can now push");
        assertThat(olga.caution("apps", "list", "--json").json().get(0).path("organization").asString()).isEqualTo("works");

        String ci = vera.key("ci").toString();
        assertThat(olga.caution("members", "role", "vera", "viewer", "--org", "works").exitCode()).isZero();
        assertThat(vera.caution("ssh-keys", "add", ci, "--app", "ours").err())
                .as("she sees it").contains("You are viewer there; it takes member or more to push");
        assertThat(vera.caution("apps", "get").exitCode()).isZero();

        assertThat(olga.caution("members", "remove", "vera", "--org", "works").out()).contains("Removed vera");
        var gone = vera.caution("apps", "get").err();
        assertThat(gone).contains("which this repository is linked to, was not found on", "'caution init --new'");
        var hidden = vera.caution("ssh-keys", "add", ci, "--app", "ours").err();
        assertThat(hidden).contains("App 'ours' not found").doesNotContain("viewer", "caution init");
        assertThat(vera.caution("ssh-keys", "add", ci, "--app", "nobodys").err().replace("nobodys", "ours")).isEqualTo(hidden);
        assertThat(vera.caution("builds", "--app", "ours").err()).contains("'caution apps list' shows yours").doesNotContain("caution init");
    }

    @Test
    void theLastOwnerStaysAndAnAdminCannotTouchOne() throws Exception {
        Person otto = person("otto");
        otto.caution("orgs", "create", "guild");
        assertThat(otto.caution("orgs", "leave", "guild").err()).contains("the organization's last owner");
        assertThat(otto.caution("members", "role", "otto", "viewer", "--org", "guild").err()).contains("the organization's last owner");
        assertThat(otto.caution("orgs", "leave", "otto").err()).contains("that person's own");
        Person ada = person("ada");
        String link = otto.caution("members", "invite", "admin", "--org", "guild", "--json").json().path("link").asString();
        assertThat(ada.caution("members", "accept", link).out()).contains("You are in guild now, as admin");

        assertThat(ada.caution("members", "remove", "otto", "--org", "guild").err()).contains("more than you");
        assertThat(ada.caution("members", "role", "ada", "owner", "--org", "guild").err()).contains("more than you are yourself");
        assertThat(ada.caution("members", "invite", "owner", "--org", "guild").err()).contains("more than you are yourself");
        String made = ada.caution("members", "invite", "member", "--org", "guild", "--json").json().path("link").asString();
        assertThat(otto.caution("members", "role", "ada", "viewer", "--org", "guild").exitCode()).isZero();
        // What she handed out as an admin does not outlive that.
        assertThat(person("bert").caution("members", "accept", made).err()).contains("taken back");
    }

    @Test
    void ofManyWhoUseOneInvitationAtOnceOneComesIn() throws Exception {
        var invitations = server.bean(Invitations.class);
        var made = invitations.firstOwner();
        try (var pool = Executors.newFixedThreadPool(6)) {
            List<Callable<Boolean>> tries = IntStream.range(0, 6)
                    .<Callable<Boolean>>mapToObj(i -> () -> {
                        invitations.enter(made.secret(), "racer-" + i);
                        return true;
                    }).toList();
            long in = pool.invokeAll(tries).stream().filter(done -> done.state() == Future.State.SUCCESS).count();
            assertThat(in).isEqualTo(1);
        }
        assertThat(server.bean(JdbcClient.class).sql("select count(*) from account where name like 'racer-%'").query(Integer.class).single())
                .isEqualTo(1);
    }

    /** Whoever comes second must not be let into the account of who came first. */
    @Test
    void ofManyWhoChooseOneNameAtOnceOneGetsIt() throws Exception {
        var invitations = server.bean(Invitations.class);
        UUID organization = server.bean(Organizations.class).create(server.bean(Accounts.class).findOrCreate("crowd-host").id(), "crowd").id();
        UUID host = server.bean(Accounts.class).findOrCreate("crowd-host").id();
        for (int round = 0; round < 5; round++) {
            String name = "twin-" + round;
            List<String> secrets = IntStream.range(0, 6).mapToObj(_ -> invitations.invite(organization, host, Role.VIEWER).secret()).toList();
            var together = new CyclicBarrier(secrets.size());
            try (var pool = Executors.newFixedThreadPool(secrets.size())) {
                long in = pool.invokeAll(secrets.stream().<Callable<Account>>map(secret -> () -> {
                    together.await();
                    return invitations.enter(secret, name);
                }).toList()).stream().filter(done -> done.state() == Future.State.SUCCESS).count();
                assertThat(in).isEqualTo(1);
            }
        }
    }

    @Test
    void anInvitationIsKeptAsItsHashAndEndsAfterThreeDays() throws Exception {
        var jdbc = server.bean(JdbcClient.class);
        var made = server.bean(Invitations.class).firstOwner();
        assertThat(jdbc.sql("select count(*) from invitation i where i::text like '%' || :secret || '%'")
                .param("secret", made.secret().substring("caution_invite_".length())).query(Integer.class).single()).isZero();
        jdbc.sql("update invitation set expires_at = now() - interval '1 second' where id = ?").param(made.id()).update();
        Person late = new Person(server.directory.resolve("late"), server.url());
        var said = late.caution("members", "accept", server.url() + "/join#" + made.secret(), "--user", "late", "--ssh-key",
                late.key("id_ed25519").toString());
        assertThat(said.err()).contains("older than 72 hours");
    }

    @Test
    void theOperatorLetsTheFirstOwnerIn() throws Exception {
        Person host = new Person(server.directory.resolve("host"), server.url());
        String link = host.caution("admin", "create-owner", "--home", server.home.toString(), "--json").json().path("link").asString();
        assertThat(host.caution("members", "accept", link, "--user", "founder", "--ssh-key", host.key("id_ed25519").toString()).exitCode())
                .isZero();
        assertThat(host.caution("orgs", "list").out()).isEqualTo("founder  owner\n");
    }
}
