package co.caution;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Objects;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The database, whoever runs it, as its two roles see it.
 *
 * @param embedded null when an outside database is used
 * @param owner makes the tables; the service itself, where it was given one role only
 * @param service works with them
 * @param role the service's name there
 */
record DatabaseServer(@Nullable EmbeddedDatabase embedded, PGSimpleDataSource owner, PGSimpleDataSource service, String role)
        implements AutoCloseable {

    private static final String EMBEDDED_ROLE = "caution";

    /** @param directory of the database that the service runs itself, where it is told of no other */
    static DatabaseServer start(CautionProperties.Database settings, Path directory, SecureRandom random)
            throws IOException, InterruptedException, SQLException {
        if (settings.url() != null) {
            var service = outside(settings, settings.user(), settings.secret());
            if (settings.ownerUser() == null) {
                return new DatabaseServer(null, service, service, settings.user());
            }
            var owner = owner(settings);
            makeService(owner, settings);
            return new DatabaseServer(null, owner, service, settings.user());
        }
        var embedded = EmbeddedDatabase.start(directory, random);
        try {
            // Known to this process alone, and made anew at each start: there is nothing to keep, to back up or to lose.
            byte[] password = new byte[24];
            random.nextBytes(password);
            String secret = HexFormat.of().formatHex(password);
            DatabaseRoles.renew(embedded.dataSource(), EMBEDDED_ROLE, secret);
            return new DatabaseServer(embedded, embedded.dataSource(), embedded.dataSource(EMBEDDED_ROLE, secret), EMBEDDED_ROLE);
        } catch (SQLException | RuntimeException e) {
            embedded.close();
            throw e;
        }
    }

    private static void makeService(PGSimpleDataSource owner, CautionProperties.Database settings) throws IOException {
        try {
            DatabaseRoles.make(owner, settings.user(), Objects.requireNonNullElse(settings.secret(), ""));
        } catch (SQLException e) {
            throw new IOException("The database's owner '" + settings.ownerUser() + "' could not look for the role '" + settings.user()
                    + "', or make it: " + e.getMessage() + ". Make it by hand (create role " + settings.user()
                    + " login password '…'), or let the owner do so (alter role … createrole).", e);
        }
    }

    /** As whoever makes the tables in a database outside. */
    static PGSimpleDataSource owner(CautionProperties.Database settings) throws IOException {
        return settings.ownerUser() == null
                ? outside(settings, settings.user(), settings.secret())
                : outside(settings, settings.ownerUser(), settings.ownerSecret());
    }

    private static PGSimpleDataSource outside(CautionProperties.Database settings, String user, @Nullable String password) {
        var database = new PGSimpleDataSource();
        database.setUrl(String.valueOf(settings.url()));
        database.setUser(user);
        database.setPassword(password);
        return database;
    }

    /** Brings the tables to the newest shape, and the service's rights with them. */
    void migrate(Flyway flyway) {
        Schema.migrate(Flyway.configure().configuration(flyway.getConfiguration()).dataSource(owner).load());
        if (owner != service) {
            try {
                DatabaseRoles.grant(owner, role);
            } catch (SQLException e) {
                throw new IllegalStateException("The role '" + role + "' could not be given its rights in the database: " + e.getMessage(), e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (embedded != null) {
            embedded.close();
        }
    }
}
