package co.caution;

import co.caution.backup.Progress;
import co.caution.backup.Restore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.util.FileSystemUtils;

/** Puts a backup into a home, and a database, that are empty; all of it or nothing. */
public final class Restoration {

    /** While it is there, the home is not whole. */
    static final String UNFINISHED = "restoring";

    private final Path home;
    private final CautionProperties.Database database;

    private Restoration(CautionProperties properties) {
        this.home = properties.home().toAbsolutePath().normalize();
        this.database = properties.database();
    }

    /**
     * @param settings of the service that will start there: its home, and its database
     * @throws ConfigurationException naming everything that is wrong with them
     * @throws IOException when it cannot be restored; what was there before is as it was
     */
    public static Restore.Summary run(ConfigurationSources settings, Path file, Progress progress)
            throws IOException, InterruptedException {
        return new Restoration(Configuration.atRest(settings)).run(file, progress);
    }

    private Restore.Summary run(Path file, Progress progress) throws IOException, InterruptedException {
        // No service runs here whose log it would be; the terminal is for the progress.
        LoggingSystem.get(Restoration.class.getClassLoader()).setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.WARN);
        boolean made = !Files.exists(home);
        requireEmptyHome();
        Restore restore = Restore.of(file, fraction -> progress.at(fraction / 3));
        try (var _ = HomeLock.take(home)) {
            Path work = Files.createDirectory(home.resolve(UNFINISHED));
            try {
                restore.unpack(work, fraction -> progress.at(1 / 3.0 + fraction / 3));
                database(restore, work);
            } catch (IOException | SQLException | InterruptedException | RuntimeException e) {
                FileSystemUtils.deleteRecursively(work);
                Files.deleteIfExists(home.resolve("lock"));
                if (made) {
                    Files.deleteIfExists(home);
                }
                switch (e) {
                    case IOException io -> throw io;
                    case InterruptedException interrupted -> throw interrupted;
                    default -> throw new IOException("The backup could not be restored: " + e.getMessage(), e);
                }
            }
            keep(work);
        }
        progress.at(1);
        return restore.summary();
    }

    private void requireEmptyHome() throws IOException {
        if (!Files.exists(home)) {
            return;
        }
        try (var files = Files.list(home)) {
            var present = files.map(Path::getFileName).map(Path::toString).filter(name -> !name.equals("lock")).findFirst();
            if (present.isPresent()) {
                throw new IOException("The home " + home + " is not empty (it has '" + present.get() + "'), and a backup replaces"
                        + " nothing. Name an empty one (--home DIR), or move what is there away.");
            }
        }
    }

    private void database(Restore restore, Path work) throws IOException, SQLException, InterruptedException {
        if (database.url() != null) {
            // As their owner; the service gives itself its rights when it starts.
            fill(restore, work, DatabaseServer.owner(database));
        } else {
            try (var embedded = EmbeddedDatabase.start(work.resolve("home").resolve("postgres"), new SecureRandom())) {
                fill(restore, work, embedded.dataSource());
            }
        }
    }

    private static void fill(Restore restore, Path work, DataSource dataSource) throws IOException, SQLException {
        try (var connection = dataSource.getConnection()) {
            if (!Restore.empty(connection)) {
                throw new IOException("The database has tables already, and a backup replaces nothing. Name an empty one"
                        + " (caution.database.url).");
            }
        }
        int schema = restore.summary().schema();
        var flyway = Flyway.configure().dataSource(dataSource).target(String.valueOf(schema)).cleanDisabled(false).load();
        int known = Schema.newest(Flyway.configure().dataSource(dataSource).load());
        if (schema > known) {
            throw new IOException("The backup was made by a newer Caution (schema " + schema
                    + "; this program knows schemas up to " + known + "). Restore it with that version.");
        }
        // The tables as they were then; the service brings them up to date when it starts.
        flyway.migrate();
        try (var connection = dataSource.getConnection()) {
            restore.fill(connection, work);
        } catch (IOException | SQLException | RuntimeException e) {
            flyway.clean();
            throw e;
        }
    }

    private void keep(Path work) throws IOException {
        try (var files = Files.list(work.resolve("home"))) {
            for (Path file : files.toList()) {
                Files.move(file, home.resolve(file.getFileName()));
            }
        }
        FileSystemUtils.deleteRecursively(work);
    }
}
