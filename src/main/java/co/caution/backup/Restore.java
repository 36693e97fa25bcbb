package co.caution.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;

/** A backup on its way into an empty home: looked through first, then unpacked, then its tables filled. */
public final class Restore {

    /**
     * @param schema the number of the newest migration that its tables had
     * @param entries how many files and tables it holds
     * @param createdAt when it was made, ISO 8601
     */
    public record Summary(int schema, int entries, String createdAt) {}

    private static final FileAttribute<?> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<?> PRIVATE_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final BackupFile file;
    private final Contents contents;

    private Restore(BackupFile file, Contents contents) {
        this.file = file;
        this.contents = contents;
    }

    /** Checks every byte and changes nothing. */
    public static Restore of(Path backup, Progress progress) throws IOException {
        var file = new BackupFile(backup);
        return new Restore(file, file.check(progress));
    }

    public Summary summary() {
        return new Summary(contents.schema(), contents.files().size(), contents.createdAt());
    }

    /**
     * Unpacks, checking again: the file may be another one by now.
     *
     * @param directory gets {@code home} and {@code database}
     */
    public void unpack(Path directory, Progress progress) throws IOException {
        Contents unpacked = file.read(name -> {
            Path to = directory.resolve(name);
            Files.createDirectories(to.getParent(), PRIVATE_DIRECTORY);
            return Files.newOutputStream(Files.createFile(to, PRIVATE_FILE));
        }, progress);
        if (!unpacked.equals(contents)) {
            throw new InvalidBackupException("it was changed while it was read");
        }
        // A repository is one only with these, and git keeps no empty directory.
        Path repositories = directory.resolve("home").resolve("repositories");
        if (Files.isDirectory(repositories)) {
            try (var all = Files.list(repositories)) {
                for (Path repository : all.toList()) {
                    Files.createDirectories(repository.resolve("refs"), PRIVATE_DIRECTORY);
                    Files.createDirectories(repository.resolve("objects"), PRIVATE_DIRECTORY);
                }
            }
        }
    }

    /** Whether nobody has used this database. */
    public static boolean empty(Connection connection) throws SQLException {
        return new Tables(connection).none();
    }

    /** Fills tables of the same schema, all of them or none. */
    public void fill(Connection connection, Path directory) throws IOException, SQLException {
        connection.setAutoCommit(false);
        var tables = new Tables(connection);
        var ours = tables.inOrder().stream().map(Contents.Table::name).toList();
        for (var table : contents.tables()) {
            // PostgreSQL's own tables say which programs it runs, and whoever owns a database may fill them.
            if (!ours.contains(table.name())) {
                throw new InvalidBackupException("it has a table '" + table.name() + "', which is none of the service's");
            }
            try (var rows = Files.newInputStream(directory.resolve(table.entry()))) {
                long filled = tables.copyIn(table, rows);
                if (filled != table.rows()) {
                    throw new SQLException("table " + table.name() + " took " + filled + " rows of " + table.rows());
                }
            }
        }
        connection.commit();
    }
}
