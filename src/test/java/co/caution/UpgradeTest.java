package co.caution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.account.Accounts;
import co.caution.account.Grant;
import co.caution.account.Organizations;
import co.caution.audit.AuditLog;
import co.caution.account.Role;
import co.caution.account.Tokens;
import co.caution.app.App;
import co.caution.app.AppMeters;
import co.caution.app.Build;
import co.caution.app.Deployment;
import co.caution.app.Release;
import co.caution.app.store.AppStore;
import co.caution.paging.PageRequest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A database that 0.1's first schema made and people used, met by this program. */
class UpgradeTest {

    private static final UUID ACCOUNT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final UUID APP = UUID.fromString("00000000-0000-0000-0000-0000000000a1");
    private static final UUID RELEASE = UUID.fromString("00000000-0000-0000-0000-0000000000c1");
    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");

    /** As a year of use leaves them: things that succeeded, failed, were abandoned, retired and destroyed. */
    private static final String ROWS = """
            insert into account values ('00000000-0000-0000-0000-000000000001', 'alice', '2026-01-02T03:04:05Z'),
                ('00000000-0000-0000-0000-000000000002', 'bob', '2026-01-03T03:04:05Z');
            insert into ssh_key (id, account_id, fingerprint, public_key, created_at) values
                ('00000000-0000-0000-0000-0000000000f1', '00000000-0000-0000-0000-000000000001', 'SHA256:abc', 'ssh-ed25519 AAAA',
                 '2026-01-02T03:04:05Z');
            insert into api_token (id, account_id, hash, created_at) values ('00000000-0000-0000-0000-0000000000e1',
                '00000000-0000-0000-0000-000000000001', sha256('caution_secret'), '2026-01-02T03:04:05Z');
            insert into app values ('00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-000000000001', 'hello',
                'refs/heads/main', '2026-01-02T03:04:05Z', null),
                ('00000000-0000-0000-0000-0000000000a2', '00000000-0000-0000-0000-000000000001', 'hello', null,
                '2026-01-01T03:04:05Z', '2026-01-01T04:04:05Z'),
                ('00000000-0000-0000-0000-0000000000a3', '00000000-0000-0000-0000-000000000002', 'hello', null,
                '2026-01-03T03:04:05Z', null);
            insert into app_port values ('00000000-0000-0000-0000-0000000000a1', 0, 8100),
                ('00000000-0000-0000-0000-0000000000a1', 8080, 8101);
            insert into build values ('00000000-0000-0000-0000-0000000000b1', '00000000-0000-0000-0000-0000000000a1',
                'refs/heads/main', repeat('a', 40), 'SUCCEEDED', null, null, '2026-01-02T03:04:05Z', '2026-01-02T03:05:05Z'),
                ('00000000-0000-0000-0000-0000000000b2', '00000000-0000-0000-0000-0000000000a1', 'refs/heads/main',
                repeat('b', 40), 'FAILED', 'Building image', 'no such file', '2026-01-04T03:04:05Z', '2026-01-04T03:05:05Z'),
                ('00000000-0000-0000-0000-0000000000b3', '00000000-0000-0000-0000-0000000000a1', 'refs/heads/main',
                repeat('c', 40), 'ABANDONED', null, 'the service ended', '2026-01-05T03:04:05Z', '2026-01-05T03:05:05Z');
            insert into release values ('00000000-0000-0000-0000-0000000000c1', '00000000-0000-0000-0000-0000000000a1', 1,
                '00000000-0000-0000-0000-0000000000b1', repeat('a', 40), null, repeat('1', 64), 9000000, repeat('0', 96),
                repeat('1', 96), repeat('2', 96), '{}', repeat('9', 64), '2026-01-02T03:05:05Z');
            insert into deployment values ('00000000-0000-0000-0000-0000000000d1', '00000000-0000-0000-0000-0000000000a1',
                '00000000-0000-0000-0000-0000000000c1', 'RETIRED', 'another release took over', '2026-01-02T03:05:05Z',
                '2026-01-02T03:05:06Z', '2026-01-03T03:05:06Z'),
                ('00000000-0000-0000-0000-0000000000d2', '00000000-0000-0000-0000-0000000000a1',
                '00000000-0000-0000-0000-0000000000c1', 'LIVE', null, '2026-01-03T03:05:05Z', '2026-01-03T03:05:06Z', null);
            """;

    @TempDir
    static Path directory;

    private static EmbeddedDatabase database;

    @BeforeAll
    static void start() throws Exception {
        database = EmbeddedDatabase.start(directory, new SecureRandom());
    }

    @AfterAll
    static void stop() throws Exception {
        database.close();
    }

    @BeforeEach
    void theFirstSchemaInUse() throws SQLException {
        flyway("1").clean();
        flyway("1").migrate();
        execute(ROWS);
    }

    @Test
    void whatTheFirstSchemaHeldIsThereAfterTheUpgrade() {
        Schema.migrate(flyway("latest"));
        var beans = new DefaultListableBeanFactory();
        beans.registerSingleton("jdbc", JdbcClient.create(database.dataSource()));
        beans.registerSingleton("clock", Clock.systemUTC());
        beans.registerSingleton("random", new SecureRandom());
        var transactions = new TransactionTemplate(new JdbcTransactionManager(database.dataSource()));
        beans.registerSingleton("transactions", transactions);
        beans.registerSingleton("audit", beans.autowire(AuditLog.class, DefaultListableBeanFactory.AUTOWIRE_CONSTRUCTOR, false));
        beans.registerSingleton("meters", new AppMeters(new SimpleMeterRegistry()));
        AppStore store = (AppStore) beans.autowire(AppStore.class, DefaultListableBeanFactory.AUTOWIRE_CONSTRUCTOR, false);
        beans.registerSingleton("organizations", beans.autowire(Organizations.class, DefaultListableBeanFactory.AUTOWIRE_CONSTRUCTOR, false));
        Accounts accounts = (Accounts) beans.autowire(Accounts.class, DefaultListableBeanFactory.AUTOWIRE_CONSTRUCTOR, false);
        beans.registerSingleton("accounts", accounts);
        Tokens tokens = (Tokens) beans.autowire(Tokens.class, DefaultListableBeanFactory.AUTOWIRE_CONSTRUCTOR, false);
        assertThat(tokens.find("caution_secret")).hasValueSatisfying(alice -> {
            assertThat(alice.account().id()).isEqualTo(ACCOUNT);
            assertThat(alice.grant()).isEqualTo(Grant.ALL);
        });
        assertThat(accounts.knowsKey("SHA256:abc")).isTrue();
        assertThat(store.appsOf(Set.of(ACCOUNT), PageRequest.ALL).items()).extracting(App::id).containsExactly(APP);
        assertThat(store.app(APP)).hasValueSatisfying(app -> {
            assertThat(app.name()).isEqualTo("hello");
            assertThat(app.deployBranch()).isEqualTo("refs/heads/main");
            assertThat(app.createdAt()).isEqualTo(THEN);
        });
        assertThat(store.ports(APP)).containsOnlyKeys(0, 8080).containsValues(8100, 8101);
        assertThat(store.buildsOf(APP, PageRequest.ALL).items()).extracting(Build::state)
                .containsExactly(Build.State.ABANDONED, Build.State.FAILED, Build.State.SUCCEEDED);
        assertThat(store.lastLive(APP)).hasValueSatisfying(live -> {
            assertThat(live.state()).isEqualTo(Deployment.State.LIVE);
            assertThat(store.release(live.releaseId())).map(Release::id).contains(RELEASE);
        });
        // Everybody has an organization of their own now, and what was theirs belongs to it.
        var organizations = beans.getBean(Organizations.class);
        assertThat(organizations.of(ACCOUNT)).singleElement().satisfies(own -> {
            assertThat(own.name()).isEqualTo("alice");
            assertThat(own.role()).isEqualTo(Role.OWNER);
            assertThat(store.app(APP)).map(App::organizationId).contains(own.id());
        });
        // And it goes on: the next of everything.
        assertThat(store.nextNumber(APP)).isEqualTo(2);
        transactions.executeWithoutResult(_ -> store.insert(new App(UUID.randomUUID(), ACCOUNT, "another", null, THEN)));
        assertThat(store.notEnded()).hasSize(1);
    }

    @Test
    void aSecondStartChangesNothing() throws SQLException {
        Schema.migrate(flyway("latest"));
        Schema.migrate(flyway("latest"));
        assertThat(Set.of(Schema.newest(flyway("latest")))).containsExactly(
                JdbcClient.create(database.dataSource()).sql("select max(version::int) from flyway_schema_history")
                        .query(Integer.class).single());
    }

    @Test
    void aSchemaOfANewerProgramIsNotTouched() throws SQLException {
        Schema.migrate(flyway("latest"));
        execute("""
                insert into flyway_schema_history (installed_rank, version, description, type, script, installed_by,
                    execution_time, success)
                values (900, '900', 'tomorrow', 'SQL', 'V900__tomorrow.sql', 'postgres', 1, true)""");
        assertThatThrownBy(() -> Schema.migrate(flyway("latest")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("The database has schema 900; this program knows schemas up to " + Schema.newest(flyway("latest")))
                .hasMessageContaining("restore the backup that was made before the upgrade");
    }

    private static Flyway flyway(String target) {
        return Flyway.configure().dataSource((DataSource) database.dataSource()).target(target).cleanDisabled(false).load();
    }

    private static void execute(String sql) throws SQLException {
        try (var connection = database.dataSource().getConnection(); var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
