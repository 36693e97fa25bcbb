package co.caution;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A transaction in whose way others come: they stop where they need what it has, for as long as the test says. So two calls meet where
 * they would by chance, and no clock says when.
 */
public final class Meanwhile implements AutoCloseable {

    private static final String WAITING = """
            with recursive waiting (pid) as (
                select pid from pg_stat_activity where :mine = any (pg_blocking_pids(pid))
                union select a.pid from pg_stat_activity a join waiting w on w.pid = any (pg_blocking_pids(a.pid)))
            select %s from waiting""";

    private final JdbcClient others;
    private final Connection connection;
    private final int mine;

    public Meanwhile(TestService service) throws SQLException {
        others = service.bean(JdbcClient.class);
        connection = service.bean(DataSource.class).getConnection();
        connection.setAutoCommit(false);
        try (var asked = connection.createStatement().executeQuery("select pg_backend_pid()")) {
            asked.next();
            mine = asked.getInt(1);
        }
    }

    public Meanwhile does(String sql, Object... parameters) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.execute();
        }
        return this;
    }

    /** All that is written down waits for this. */
    public Meanwhile holdsTheAuditLog() throws SQLException {
        return does("select pg_advisory_xact_lock(?)", 0x4155444954L);
    }

    /** Until so many wait for this transaction, or for one another behind it. */
    public void until(int waiting) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (others.sql(WAITING.formatted("count(*)")).param("mine", mine).query(Integer.class).single() < waiting) {
            if (System.nanoTime() > end) {
                throw new AssertionError("nobody came this way who needs what is held here");
            }
            Thread.onSpinWait();
        }
    }

    /** As PostgreSQL does with those whose server is gone. */
    public void endsThoseWhoWait() {
        others.sql(WAITING.formatted("count(pg_terminate_backend(pid))")).param("mine", mine).query(Integer.class).single();
    }

    public void commits() throws SQLException {
        connection.commit();
    }

    /**
     * Begins all of it, lets it come to where it waits for this, and then go on at once.
     *
     * @return what each gave, or threw
     */
    @SafeVarargs
    public final List<Object> passes(Callable<?>... calls) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var begun = new ArrayList<Future<?>>();
            for (var call : calls) {
                begun.add(threads.submit(call));
            }
            try {
                until(calls.length);
            } finally {
                commits();
            }
            var ended = new ArrayList<Object>();
            for (var each : begun) {
                ended.add(outcome(each));
            }
            return ended;
        }
    }

    private static Object outcome(Future<?> call) throws Exception {
        try {
            Object given = call.get(60, TimeUnit.SECONDS);
            return given == null ? "done" : given;
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    @Override
    public void close() throws SQLException {
        try (connection) {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }
}
