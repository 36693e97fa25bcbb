package co.caution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.audit.AuditTrail;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.beans.factory.config.AutowireCapableBeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A PostgreSQL outside of the service, with one role for it or two. */
class DatabaseRolesTest {

    @TempDir
    static Path directory;

    private static TestDatabase server;

    @BeforeAll
    static void start() throws Exception {
        server = new TestDatabase(directory.resolve("server"));
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void withAnOwnerOfTheirOwnTheServiceCannotRewriteTheLog() throws Exception {
        execute("create role first_owner login createrole password 'of the owner'", "create database two_roles owner first_owner");
        var settings = settings("two_roles", "two_roles_service", "first_owner");
        for (int start = 0; start < 2; start++) {
            try (var database = started(settings)) {
                assertThat(user(database.service())).isEqualTo("two_roles_service");
                fillAndWalk(database.service());
                for (String sql : List.of("update audit_entry set actor = 'x'", "delete from audit_entry", "truncate audit_entry",
                        "alter table audit_entry disable trigger all", "create table mine (x int)", "create temporary table audit_entry (x int)",
                        "drop table app", "set role first_owner")) {
                    assertThatThrownBy(() -> execute(database.service(), sql)).as(sql)
                            .isInstanceOfSatisfying(SQLException.class, refused -> assertThat(refused.getSQLState()).isEqualTo("42501"));
                }
                assertThat(guarded(database)).isTrue();
            }
        }
    }

    @Test
    void withOneRoleATriggerIsAllThereIs() throws Exception {
        execute("create role only_one login password 'of the service'", "create database one_role owner only_one");
        try (var database = started(settings("one_role", "only_one", null))) {
            fillAndWalk(database.service());
            for (String sql : List.of("update audit_entry set actor = 'x'", "delete from audit_entry", "truncate audit_entry")) {
                assertThatThrownBy(() -> execute(database.service(), sql)).hasMessageContaining("only ever added to");
            }
            assertThat(guarded(database)).isFalse();
        }
    }

    /** What was made by the one role is handed over, as the guide says. */
    @Test
    void oneRoleBecomesTwo() throws Exception {
        execute("create role was_alone login password 'of the service'", "create database handed_over owner was_alone");
        started(settings("handed_over", "was_alone", null)).close();
        execute("create role later_owner login createrole password 'of the owner'", "alter database handed_over owner to later_owner");
        execute(to("handed_over"), "reassign owned by was_alone to later_owner");

        try (var database = started(settings("handed_over", "was_alone", "later_owner"))) {
            fillAndWalk(database.service());
            assertThat(guarded(database)).isTrue();
        }
    }

    /** Each of these is a way to the log that is not a right to change the table. */
    @Test
    void itIsSaidWhereTheServiceHasAnotherWayToTheLog() throws Exception {
        execute("create role careful_owner login createrole password 'of the owner'", "create database ways owner careful_owner");
        try (var database = started(settings("ways", "ways_service", "careful_owner"))) {
            assertThat(guarded(database)).isTrue();
            for (String[] way : List.of(
                    new String[] {"alter schema public owner to ways_service", "alter schema public owner to pg_database_owner"},
                    new String[] {"grant create on schema public to ways_service", "revoke create on schema public from ways_service"},
                    new String[] {"grant update (actor) on audit_entry to ways_service", "revoke update (actor) on audit_entry from ways_service"},
                    new String[] {"grant trigger on audit_entry to ways_service", "revoke trigger on audit_entry from ways_service"},
                    new String[] {"alter role ways_service createrole", "alter role ways_service nocreaterole"},
                    new String[] {"alter database ways owner to ways_service", "alter database ways owner to careful_owner"})) {
                execute(to("ways"), way[0]);
                assertThat(guarded(database)).as(way[0]).isFalse();
                execute(to("ways"), way[1]);
                assertThat(guarded(database)).as(way[1]).isTrue();
            }
        }
    }

    @Test
    void anOwnerWhoMayMakeNoRoleIsToldWhatToDo() throws Exception {
        execute("create role plain_owner login password 'of the owner'", "create database plain owner plain_owner");
        assertThatThrownBy(() -> started(settings("plain", "not_there", "plain_owner")))
                .hasMessageContaining("could not look for the role 'not_there', or make it").hasMessageContaining("create role not_there login");
    }

    private static CautionProperties.Database settings(String database, String user, @Nullable String owner) {
        return new CautionProperties.Database(server.url().replaceAll("/postgres$", "/" + database), user, "of the service", null, owner,
                owner == null ? null : "of the owner", null);
    }

    private static DatabaseServer started(CautionProperties.Database settings) throws Exception {
        var database = DatabaseServer.start(settings, directory.resolve("none"), new SecureRandom());
        database.migrate(Flyway.configure().dataSource(database.service()).load());
        return database;
    }

    private static boolean guarded(DatabaseServer database) {
        var beans = new DefaultListableBeanFactory();
        beans.registerSingleton("jdbc", JdbcClient.create(database.service()));
        return ((AuditTrail) beans.autowire(AuditTrail.class, AutowireCapableBeanFactory.AUTOWIRE_CONSTRUCTOR, false)).guarded();
    }

    /** What a service does in every table there is: nothing that it needs is missing. */
    private static void fillAndWalk(PGSimpleDataSource service) throws SQLException {
        execute(service, "insert into audit_entry (sequence, salt, at, event, actor, actor_by, subject, details, hash)"
                + " select coalesce(max(sequence), 0) + 1, '', now(), 'login', '', 'nobody', '', '{}', sha256('') from audit_entry");
        execute(service, "insert into account (id, name, created_at) values (gen_random_uuid(), 'n' || random(), now())");
        var tables = JdbcClient.create(service).sql("select tablename from pg_tables where schemaname = 'public'").query(String.class).list();
        assertThat(tables).contains("account", "app", "audit_entry");
        var missing = new ArrayList<String>();
        for (String table : tables) {
            String needed = table.equals("flyway_schema_history") ? "select" : table.equals("audit_entry") ? "select, insert" : "select, insert, update, delete";
            for (String right : needed.split(", ")) {
                if (!JdbcClient.create(service).sql("select has_table_privilege(?::regclass, ?)").params(table, right).query(Boolean.class).single()) {
                    missing.add(right + " on " + table);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    private static String user(PGSimpleDataSource database) {
        return JdbcClient.create(database).sql("select current_user").query(String.class).single();
    }

    private static PGSimpleDataSource to(String name) {
        var database = new PGSimpleDataSource();
        database.setUrl(server.url().replaceAll("/postgres$", "/" + name));
        database.setUser(server.user());
        database.setPassword(server.password());
        return database;
    }

    private static void execute(String... statements) throws SQLException {
        for (String sql : statements) {
            execute(to("postgres"), sql);
        }
    }

    private static void execute(PGSimpleDataSource database, String sql) throws SQLException {
        try (var connection = database.getConnection(); var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
