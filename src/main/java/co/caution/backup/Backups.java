package co.caution.backup;

import co.caution.app.PlatformSettings;
import co.caution.app.RepositoryRoom;
import co.caution.app.store.AppStore;
import co.caution.audit.AuditEvent;
import co.caution.audit.AuditLog;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.FileSystemUtils;

/** Backs the service up while it runs. */
@Component
class Backups {

    private static final Logger LOG = LoggerFactory.getLogger(Backups.class);

    private final PlatformSettings settings;
    private final AppStore store;
    private final RepositoryRoom room;
    private final DataSource dataSource;
    private final TransactionTemplate transaction;
    private final TransactionTemplate snapshot;
    private final AuditLog audit;
    private final Clock clock;

    Backups(
            PlatformSettings settings,
            AppStore store,
            RepositoryRoom room,
            DataSource dataSource,
            PlatformTransactionManager transactions,
            AuditLog audit,
            Clock clock) {
        this.settings = settings;
        this.store = store;
        this.room = room;
        this.dataSource = dataSource;
        this.audit = audit;
        this.transaction = new TransactionTemplate(transactions);
        this.snapshot = new TransactionTemplate(transactions);
        this.clock = clock;
        snapshot.setReadOnly(true);
        // Every table as it was at one moment.
        snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
    }

    /** About how long a backup would be, in bytes. */
    long estimate(boolean allImages) throws IOException {
        var files = new HomeFiles(settings.home());
        long size = 0;
        for (List<Path> some : List.of(files.branches(), files.rest(), images(allImages))) {
            for (Path file : some) {
                size += file.toFile().length() + 1024; // a header, and padding; 0 for what is gone by now
            }
        }
        return size;
    }

    /** @param allImages those of every release, not only those that run, or ran last */
    void write(OutputStream out, boolean allImages) throws IOException {
        transaction.executeWithoutResult(_ -> audit.append(AuditEvent.BACKUP_MAKE, null, settings.publicUrl(), Map.of()));
        Path work = Files.createTempDirectory(settings.home(), "backup-");
        Lock copying = room.copying(); // what a branch led to when it was read must be there when its turn comes
        copying.lock();
        try (var writer = new BackupWriter(out)) {
            var files = new HomeFiles(settings.home());
            add(writer, files.branches());
            var database = new ArrayList<Contents.Table>();
            int[] schema = new int[1];
            var images = new ArrayList<Path>();
            snapshot.executeWithoutResult(_ -> {
                try {
                    schema[0] = dump(work, database);
                    images.addAll(images(allImages));
                } catch (SQLException | IOException e) {
                    throw new UncheckedIOException("the tables could not be copied: " + e.getMessage(), new IOException(e));
                }
            });
            for (var table : database) {
                writer.add(table.entry(), work.resolve(table.name()));
            }
            add(writer, files.rest());
            for (Path image : images) {
                if (!writer.add(name(image), image)) {
                    LOG.warn("the image {} of a release is not there any more; the backup goes on without", image);
                }
            }
            writer.contents(new Contents(Contents.FORMAT, clock.instant().toString(), schema[0], database,
                    writer.written()).json());
        } finally {
            copying.unlock();
            FileSystemUtils.deleteRecursively(work);
        }
    }

    private int dump(Path work, List<Contents.Table> into) throws SQLException, IOException {
        Connection connection = DataSourceUtils.getConnection(dataSource); // the transaction's
        try {
            var tables = new Tables(connection);
            for (var table : tables.inOrder()) {
                try (var out = Files.newOutputStream(work.resolve(table.name()))) {
                    into.add(new Contents.Table(table.name(), table.columns(), tables.copyOut(table, out)));
                }
            }
            return tables.schema();
        } finally {
            DataSourceUtils.releaseConnection(connection, dataSource);
        }
    }

    private List<Path> images(boolean all) throws IOException {
        Set<Path> images = new LinkedHashSet<>();
        for (var app : store.apps()) {
            store.lastLive(app.id())
                    .flatMap(deployment -> store.release(deployment.releaseId()))
                    .ifPresent(release -> images.add(settings.image(release.eifSha256())));
        }
        Path directory = settings.home().resolve("images");
        if (all && Files.isDirectory(directory)) {
            try (var every = Files.list(directory)) {
                every.filter(image -> image.toString().endsWith(".eif")).sorted().forEach(images::add);
            }
        }
        return List.copyOf(images);
    }

    private void add(BackupWriter writer, List<Path> files) throws IOException {
        for (Path file : files) {
            writer.add(name(file), file); // gone meanwhile: an unfinished one
        }
    }

    private String name(Path file) {
        return Contents.HOME + settings.home().relativize(file);
    }
}
