package co.caution.gateway;

import co.caution.TestService;
import co.caution.account.Account;
import co.caution.account.Accounts;
import co.caution.account.Role;
import co.caution.account.Sessions;
import co.caution.account.WayIn;
import co.caution.sshkey.SshPublicKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * A service for {@code tools/api-fuzz}, with somebody of every role, who all have the SSH key whose {@code .pub} file is the argument. Prints
 * {@code url}, then a token for each of them and the owner's session, one a line, and goes on until its input ends. What calls remove comes
 * back within a quarter of a second, so that nobody is locked out for long and later calls find it; what they add goes away, so that no limit
 * on how many there may be hides what is behind it.
 */
final class ApiFuzzTarget {

    /** What comes back, and what of them makes up a row. */
    private static final Map<String, String> KEPT = Map.of("membership", "organization_id, account_id", "ssh_key", "id", "api_token", "id",
            "session", "id", "invitation", "id", "cloud_account", "id");

    private final TestService service = TestService.shared();
    private final JdbcClient jdbc = service.bean(JdbcClient.class);
    private final ApiFixture fixture = new ApiFixture(service, "acme", "alice");
    private final Map<String, String> rows = new HashMap<>();

    private ApiFuzzTarget() throws Exception {}

    public static void main(String... args) throws Exception {
        var target = new ApiFuzzTarget();
        target.people(SshPublicKey.parse(Files.readString(Path.of(args[0])).strip()));
        System.out.println("ready");
        try (var again = Executors.newSingleThreadScheduledExecutor()) {
            again.scheduleWithFixedDelay(() -> {
                try {
                    target.restore();
                } catch (DataAccessException e) {
                    System.err.println("not restored: " + e.getMessage()); // a call was changing the same; the next time, then
                }
            }, 250, 250, TimeUnit.MILLISECONDS);
            while (System.in.read() >= 0) {
                // whoever started it holds the other end
            }
            again.shutdownNow();
        }
        System.exit(0);
    }

    private void people(SshPublicKey key) throws Exception {
        System.out.println("url " + service.url());
        for (Role role : Role.values()) {
            Account person = service.person("fuzz-" + role.word());
            service.join(fixture.organization, person, role);
            service.bean(Accounts.class).addSshKey(person.id(), key);
            System.out.println(role.word() + " " + service.token(person));
            if (role == Role.OWNER) {
                var session = service.bean(Sessions.class).begin(person.id(), "fuzz", WayIn.NONE);
                System.out.println("cookie " + session.cookie());
                System.out.println("page " + session.page());
                seed(person);
            }
        }
        System.out.println("operator " + new JsonMapper().readTree(Files.readString(service.home.resolve("admin.json"))).path("token").asString());
        // The service's role may make no tables.
        KEPT.keySet().forEach(table -> rows.put(table, jdbc.sql("select jsonb_agg(to_jsonb(t)) from " + table + " t").query(String.class).single()));
    }

    /** What tools/api-fuzz.toml names, beside the fixture. */
    private void seed(Account person) {
        jdbc.sql("insert into session (id, account_id, hash, page_hash, name, created_at, last_used_at, expires_at)"
                + " values (?::uuid, ?, '\\x01', '\\x01', 'another', now(), now(), now() + interval '1 day')")
                .params(ApiSeed.ANY_ID, person.id()).update();
        jdbc.sql("insert into invitation (id, organization_id, role, hash, invited_by, created_at, expires_at)"
                + " values (?::uuid, ?, 'VIEWER', '\\x01', ?, now(), now() + interval '1 day')")
                .params(ApiSeed.ANY_ID, fixture.organization, person.id()).update();
        jdbc.sql("insert into cloud_account (id, organization_id, role_arn, region, external_id, state, created_at)"
                + " values (?::uuid, ?, 'arn:aws:iam::123456789012:role/fuzz', 'eu-central-1', 'fuzz', 'UNCHECKED', now())")
                .params(ApiSeed.ANY_ID, fixture.organization).update();
        jdbc.sql("update ssh_key set account_id = ? where id = ?::uuid").params(person.id(), ApiSeed.KEY).update();
        jdbc.sql("update api_token set account_id = ? where id = ?::uuid").params(person.id(), ApiSeed.TOKEN).update();
    }

    private void restore() {
        KEPT.forEach((table, key) -> {
            jdbc.sql("insert into " + table + " select * from jsonb_populate_recordset(null::" + table + ", ?::jsonb) on conflict do nothing")
                    .param(rows.get(table)).update();
            jdbc.sql("delete from " + table + " where created_at < now() - interval '10 seconds' and (" + key + ") not in (select " + key
                    + " from jsonb_populate_recordset(null::" + table + ", ?::jsonb))").param(rows.get(table)).update();
        });
        fixture.restore();
        jdbc.sql("update membership m set role = r.role from jsonb_populate_recordset(null::membership, ?::jsonb) r"
                + " where m.organization_id = r.organization_id and m.account_id = r.account_id and m.role <> r.role")
                .param(rows.get("membership")).update();
        jdbc.sql("delete from passkey where name <> 'fuzz' and created_at < now() - interval '10 seconds'").update();
        jdbc.sql("update app set name = 'hello' where id = ?::uuid and name <> 'hello'").param(ApiSeed.APP).update();
        jdbc.sql("delete from app_name where app_id = ?::uuid and name <> 'hello'").param(ApiSeed.APP).update();
        // Guessed codes would be refused for an hour, and challenges after twenty of an address: nothing behind that would be asked.
        jdbc.sql("delete from device_guess").update();
        for (String table : List.of("login_challenge", "passkey_challenge", "device_login")) {
            jdbc.sql("update " + table + " set address = id::text where address <> id::text").update();
        }
    }
}
