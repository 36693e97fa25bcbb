package co.caution;

import java.util.Arrays;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;

/** The tables' shape, by the number of the newest migration. */
final class Schema {

    private Schema() {}

    /** Brings the tables to the newest shape; never touches those of a newer program. */
    static void migrate(Flyway flyway) {
        MigrationInfo[] all = flyway.info().all();
        int known = newest(flyway);
        Arrays.stream(all)
                .filter(migration -> migration.getState().isApplied() && !migration.getState().isResolved())
                .map(migration -> migration.getVersion().toString())
                .reduce((_, later) -> later)
                .ifPresent(found -> {
                    throw new IllegalStateException("The database has schema " + found + "; this program knows schemas up to "
                            + known + ". A newer Caution used it last: start that one or a newer, or restore the backup that was"
                            + " made before the upgrade (caution admin restore).");
                });
        flyway.migrate();
    }

    /** The newest that this program knows. */
    static int newest(Flyway flyway) {
        return Arrays.stream(flyway.info().all())
                .filter(migration -> migration.getState().isResolved())
                .mapToInt(migration -> Integer.parseInt(migration.getVersion().toString()))
                .max()
                .orElseThrow();
    }
}
