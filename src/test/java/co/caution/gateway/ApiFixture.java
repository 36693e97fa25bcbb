package co.caution.gateway;

import co.caution.TestService;
import co.caution.account.Account;
import co.caution.account.Role;
import co.caution.app.PlatformSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the examples of the document speak of, in a service's tables: an app with a build, a release and a deployment, keys and tokens. */
final class ApiFixture {

    private static final String EIF = "f".repeat(64);

    final Account person;
    final UUID organization;
    private final JdbcClient jdbc;

    ApiFixture(TestService service, String organizationName, String name) throws IOException {
        jdbc = service.bean(JdbcClient.class);
        person = service.person(name);
        organization = service.organization(organizationName);
        service.join(organization, person, Role.OWNER);
        Path image = service.bean(PlatformSettings.class).image(EIF);
        Files.createDirectories(image.getParent());
        Files.writeString(image, "an image ".repeat(100));
        restore();
    }

    /** Puts back what calls have removed. */
    void restore() {
        app(ApiSeed.APP, "hello");
        app(ApiSeed.OTHER_APP, "other");
        run("""
                insert into build (id, app_id, ref, commit_id, state, created_at, ended_at)
                values (?::uuid, ?::uuid, 'refs/heads/main', repeat('e', 40), 'SUCCEEDED', now(), now()) on conflict do nothing""",
                ApiSeed.BUILD, ApiSeed.APP);
        run("""
                insert into release (id, app_id, number, build_id, commit_id, eif_sha256, eif_size, pcr0, pcr1, pcr2, manifest, enclaveos, created_at)
                values (?::uuid, ?::uuid, 1, ?::uuid, repeat('e', 40), ?, 900, repeat('a', 96), repeat('b', 96), repeat('c', 96), '{"version":2}',
                 repeat('d', 64), now()) on conflict do nothing""", ApiSeed.RELEASE, ApiSeed.APP, ApiSeed.BUILD, EIF);
        run("""
                insert into deployment (id, app_id, release_id, state, reason, created_at, ended_at)
                values (?::uuid, ?::uuid, ?::uuid, 'FAILED', 'the app did not answer', now(), now()) on conflict do nothing""",
                ApiSeed.DEPLOYMENT, ApiSeed.APP, ApiSeed.RELEASE);
        run("""
                insert into ssh_key (id, account_id, fingerprint, public_key, name, created_at)
                values (?::uuid, ?, 'SHA256:' || repeat('A', 43), 'ssh-ed25519 AAAA', 'example', now()) on conflict do nothing""",
                ApiSeed.KEY, person.id());
        run("""
                insert into api_token (id, account_id, hash, name, scopes, created_at, last_used_at, expires_at)
                values (?::uuid, ?, ?, 'example', 'read', now(), now(), now() + interval '1 day') on conflict do nothing""",
                ApiSeed.TOKEN, person.id(), new byte[] {1});
    }

    private void app(String id, String name) {
        run("insert into app (id, organization_id, name, created_at) values (?::uuid, ?, ?, now()) on conflict do nothing", id, organization, name);
        run("update app set destroyed_at = null where id = ?::uuid", id);
        run("insert into app_name (organization_id, name, app_id, created_at) values (?, ?, ?::uuid, now()) on conflict do nothing",
                organization, name, id);
    }

    private void run(String sql, Object... values) {
        jdbc.sql(sql).params(values).update();
    }
}
