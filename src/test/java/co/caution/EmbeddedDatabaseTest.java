package co.caution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedDatabaseTest {

    @TempDir
    Path directory;

    @Test
    void aDatabaseThatIsKilledComesBackWithWhatItHeld() throws Exception {
        try (var database = EmbeddedDatabase.start(directory, new SecureRandom());
                var pool = new ConnectionPool(database.dataSource())) {
            execute(pool, "create table kept (x int)");
            execute(pool, "insert into kept values (7)");
            var postmaster = postmaster(directory);
            postmaster.destroyForcibly();
            postmaster.onExit().join();
            assertThat(eventually(pool, "select x from kept")).isEqualTo(7);
        }
        assertThat(TestDatabase.processes(directory)).as("nothing outlives close").isEmpty();
    }

    @Test
    void whatAKilledServiceLeftIsFoundBehindALinkToItsHome() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link"), Files.createDirectory(directory.resolve("far")));
        try (var _ = EmbeddedDatabase.start(link, new SecureRandom())) {
            assertThat(PostgresProcess.of(link.resolve("binaries"))).contains(postmaster(link));
        }
    }

    @Test
    void aFirstStartThatWasCutOffIsMadeAnew() throws Exception {
        Files.createDirectories(directory.resolve("data.new/base"));
        Files.writeString(directory.resolve("password.new"), "half");
        Files.createDirectories(directory.resolve("binaries/new"));
        try (var database = EmbeddedDatabase.start(directory, new SecureRandom());
                var pool = new ConnectionPool(database.dataSource())) {
            assertThat(eventually(pool, "select 1")).isEqualTo(1);
        }
        try (var left = Files.list(directory)) {
            assertThat(left.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("binaries", "data", "password");
        }
    }

    @Test
    void whatItsProcessesInheritHoldsNothingOfTheServices() throws Exception {
        try (var database = EmbeddedDatabase.start(directory, new SecureRandom());
                var pool = new ConnectionPool(database.dataSource());
                var connection = pool.getConnection(); var statement = connection.createStatement()) {
            statement.execute("create temporary table inherited (line text); copy inherited from program 'env'");
            var own = new ArrayList<>(System.getenv().keySet());
            own.removeAll(Set.of("PATH", "TZ", "PWD", "OLDPWD", "SHLVL", "_")); // a shell makes the latter by itself
            own.removeIf(name -> name.startsWith("LC_")); // and PostgreSQL these
            assertThat(own).contains("HOME");
            try (var rows = statement.executeQuery("select split_part(line, '=', 1) from inherited")) {
                while (rows.next()) {
                    assertThat(own).doesNotContain(rows.getString(1));
                }
            }
        }
    }

    private static int eventually(ConnectionPool pool, String sql) throws SQLException {
        for (int tries = 0; ; tries++) {
            try (var connection = pool.getConnection(); var statement = connection.createStatement();
                    var rows = statement.executeQuery(sql)) {
                rows.next();
                return rows.getInt(1);
            } catch (SQLException e) {
                if (tries == 10) { // each of them waits
                    throw e;
                }
            }
        }
    }

    private static void execute(ConnectionPool pool, String sql) throws SQLException {
        try (var connection = pool.getConnection(); var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static ProcessHandle postmaster(Path directory) throws Exception {
        long pid = Long.parseLong(Files.readAllLines(directory.resolve("data/postmaster.pid")).getFirst());
        return ProcessHandle.of(pid).orElseThrow();
    }
}
