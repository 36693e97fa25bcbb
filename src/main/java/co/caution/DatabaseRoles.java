package co.caution;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Two roles of PostgreSQL: one owns the tables and makes them, the other works with the rows, as the service does. What the
 * second may not do, no query of the service can be made to do, and nobody with its password: above all change the audit log.
 */
final class DatabaseRoles {

    /** What the service may do, in the schema that its tables are in; run again after every migration. */
    private static final String RIGHTS = """
            do $$
            declare
                service text := quote_ident(current_setting('caution.service'));
                place text := quote_ident(current_schema());
            begin
                execute 'revoke create on schema ' || place || ' from public, ' || service;
                execute 'grant usage on schema ' || place || ' to ' || service;
                execute 'revoke create, temporary on database ' || quote_ident(current_database()) || ' from public, ' || service;
                execute 'grant connect on database ' || quote_ident(current_database()) || ' to ' || service;
                execute 'revoke all on all tables in schema ' || place || ' from public, ' || service;
                execute 'grant select, insert, update, delete on all tables in schema ' || place || ' to ' || service;
                execute 'grant usage, select on all sequences in schema ' || place || ' to ' || service;
                execute 'revoke update, delete on audit_entry from ' || service;
                execute 'revoke insert, update, delete on flyway_schema_history from ' || service;
            end $$""";

    private DatabaseRoles() {}

    /** Makes the service's role where there is none; where it is there, its password is as it was. */
    static void make(DataSource owner, String role, String password) throws SQLException {
        try (var connection = owner.getConnection()) {
            if (!exists(connection, role)) {
                // Utility statements take no parameters.
                execute(connection, "select set_config('caution.service', ?, false), set_config('caution.password', ?, false)", role, password);
                execute(connection, """
                        do $$ begin
                            execute format('create role %I login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password %L',
                                current_setting('caution.service'), current_setting('caution.password'));
                        end $$""");
            }
        }
    }

    /** The same, with a password that nobody else knows: also where the role is there already. */
    static void renew(DataSource owner, String role, String password) throws SQLException {
        make(owner, role, password);
        try (var connection = owner.getConnection()) {
            execute(connection, "select set_config('caution.service', ?, false), set_config('caution.password', ?, false)", role, password);
            execute(connection, """
                    do $$ begin
                        execute format('alter role %I password %L', current_setting('caution.service'), current_setting('caution.password'));
                    end $$""");
        }
    }

    /** All of it at once: at no moment has the role more than it ends up with. */
    static void grant(DataSource owner, String role) throws SQLException {
        try (var connection = owner.getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, "select set_config('caution.service', ?, true)", role);
            execute(connection, RIGHTS);
            connection.commit();
        }
    }

    private static boolean exists(Connection connection, String role) throws SQLException {
        try (var statement = connection.prepareStatement("select 1 from pg_roles where rolname = ?")) {
            statement.setString(1, role);
            return statement.executeQuery().next();
        }
    }

    private static void execute(Connection connection, String sql, String... values) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.execute();
        }
    }
}
