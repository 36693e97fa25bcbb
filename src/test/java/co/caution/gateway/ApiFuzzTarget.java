package co.caution.gateway;

import co.caution.TestService;
import co.caution.account.Role;
import java.nio.file.Files;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * A service for {@code tools/api-fuzz}, with somebody of every role. Prints {@code url}, then a token for each of them, one a line, and
 * goes on until its input ends. What calls remove comes back within a second, so that later ones find it.
 */
final class ApiFuzzTarget {

    private ApiFuzzTarget() {}

    public static void main(String... args) throws Exception {
        TestService service = TestService.shared();
        var fixture = new ApiFixture(service, "acme", "alice");
        System.out.println("url " + service.url());
        for (Role role : Role.values()) {
            var person = service.person("fuzz-" + role.word());
            service.join(fixture.organization, person, role);
            System.out.println(role.word() + " " + service.token(person));
        }
        System.out.println("operator " + new JsonMapper().readTree(Files.readString(service.home.resolve("admin.json"))).path("token").asString());
        System.out.println("ready");
        JdbcClient jdbc = service.bean(JdbcClient.class);
        // The service's role may make no tables.
        String members = jdbc.sql("select jsonb_agg(to_jsonb(m)) from membership m").query(String.class).single();
        String tokens = jdbc.sql("select jsonb_agg(to_jsonb(t)) from api_token t").query(String.class).single();
        try (var again = Executors.newSingleThreadScheduledExecutor()) {
            again.scheduleWithFixedDelay(() -> {
                try {
                    fixture.restore();
                    jdbc.sql("insert into membership select * from jsonb_populate_recordset(null::membership, ?::jsonb) on conflict (organization_id, account_id)"
                            + " do update set role = excluded.role").param(members).update();
                    jdbc.sql("insert into api_token select * from jsonb_populate_recordset(null::api_token, ?::jsonb)"
                            + " on conflict do nothing").param(tokens).update();
                    // Guessed codes would be refused for an hour, and nothing behind that be asked.
                    jdbc.sql("delete from device_guess").update();
                } catch (DataAccessException e) {
                    System.err.println("not restored: " + e.getMessage()); // a call was changing the same; the next time, then
                }
            }, 1, 1, TimeUnit.SECONDS);
            while (System.in.read() >= 0) {
                // whoever started it holds the other end
            }
            again.shutdownNow();
        }
        System.exit(0);
    }
}
