package co.caution;

import co.caution.app.Patience;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Connections to PostgreSQL. Who asks while it is away is told so within seconds, or waits for it when they have
 * {@link Patience}. A database that hangs counts as away.
 */
final class ConnectionPool extends HikariDataSource {

    private static final int MOST = 16;
    private static final Duration SOON = Duration.ofSeconds(4);
    /** No query here takes a second; a longer silence is a network or a machine that is gone. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    ConnectionPool(PGSimpleDataSource database) {
        database.setConnectTimeout((int) SOON.toSeconds());
        database.setLoginTimeout((int) SOON.toSeconds());
        database.setSocketTimeout((int) SILENCE.toSeconds());
        database.setTcpKeepAlive(true);
        setDataSource(database);
        setMaximumPoolSize(MOST);
        setConnectionTimeout(SOON.toMillis());
        setValidationTimeout(SOON.toMillis() / 2);
    }

    @Override
    public Connection getConnection() throws SQLException {
        boolean said = false;
        while (true) {
            try {
                return super.getConnection();
            } catch (SQLTransientConnectionException e) {
                if (!Patience.has() || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                if (!said) {
                    Patience.say("The platform's database is away; waiting for it");
                    said = true;
                }
            }
        }
    }
}
