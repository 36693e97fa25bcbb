package co.caution.backup;

import co.caution.backup.Contents.Table;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postgresql.PGConnection;

/** The tables of the service, whichever they are, by PostgreSQL's COPY: what {@code pg_dump} would do, without it. */
final class Tables {

    /** Flyway's own table is made by the migrations that a restore runs; what is unlogged is of this minute alone. */
    private static final String OURS = """
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = current_schema() and c.relkind = 'r' and c.relname <> 'flyway_schema_history'
                and c.relpersistence = 'p'""";

    private final Connection connection;

    Tables(Connection connection) {
        this.connection = connection;
    }

    /** Referenced tables before those that refer to them. */
    List<Table> inOrder() throws SQLException {
        Map<String, List<String>> columns = new LinkedHashMap<>();
        each("select c.relname, a.attname " + OURS.replace("where", "join pg_attribute a on a.attrelid = c.oid where")
                + " and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by c.relname, a.attnum",
                (table, column) -> columns.computeIfAbsent(table, _ -> new ArrayList<>()).add(column));
        Map<String, Set<String>> needs = new LinkedHashMap<>();
        each("select c.relname, f.confrelid::regclass::text " + OURS.replace("where", "join pg_constraint f on f.conrelid = c.oid where")
                + " and f.contype = 'f' and f.confrelid <> f.conrelid",
                (table, referenced) -> needs.computeIfAbsent(table, _ -> new HashSet<>()).add(referenced.replace("\"", "")));
        List<Table> ordered = new ArrayList<>();
        Set<String> done = new HashSet<>();
        while (done.size() < columns.size()) {
            int before = done.size();
            columns.forEach((table, names) -> {
                if (!done.contains(table) && done.containsAll(needs.getOrDefault(table, Set.of()))) {
                    ordered.add(new Table(table, names, 0));
                    done.add(table);
                }
            });
            if (done.size() == before) {
                throw new SQLException("the tables' foreign keys form a circle: " + columns.keySet());
            }
        }
        return ordered;
    }

    /** The number of the newest migration that succeeded. */
    int schema() throws SQLException {
        var newest = new int[1];
        each("select version, version from flyway_schema_history where success and version is not null",
                (version, _) -> newest[0] = Math.max(newest[0], Integer.parseInt(version)));
        return newest[0];
    }

    /** @return the number of rows */
    long copyOut(Table table, OutputStream to) throws SQLException, IOException {
        return connection.unwrap(PGConnection.class).getCopyAPI().copyOut("copy " + table.sql() + " to stdout", to);
    }

    /** Rows, and then the counters of columns that count by themselves. */
    long copyIn(Table table, InputStream from) throws SQLException, IOException {
        long rows = connection.unwrap(PGConnection.class).getCopyAPI().copyIn("copy " + table.sql() + " from stdin", from);
        try (var statement = connection.prepareStatement("select pg_get_serial_sequence(quote_ident(?), ?)")) {
            for (String column : table.columns()) {
                statement.setString(1, table.name());
                statement.setString(2, column);
                try (var result = statement.executeQuery()) {
                    if (result.next() && result.getString(1) != null) {
                        advance(result.getString(1), new Table(table.name(), List.of(column), 0));
                    }
                }
            }
        }
        return rows;
    }

    private void advance(String sequence, Table only) throws SQLException {
        String sql = only.sql();
        int column = sql.indexOf(" (");
        try (var statement = connection.prepareStatement("select setval(?::regclass, max(" + sql.substring(column + 2, sql.length() - 1)
                + ")) from " + sql.substring(0, column) + " having count(*) > 0")) {
            statement.setString(1, sequence);
            statement.execute();
        }
    }

    boolean none() throws SQLException {
        return inOrder().isEmpty();
    }

    private interface Pair {
        void see(String first, String second);
    }

    private void each(String query, Pair pair) throws SQLException {
        try (var statement = connection.createStatement(); var result = statement.executeQuery(query)) {
            while (result.next()) {
                pair.see(result.getString(1), result.getString(2));
            }
        }
    }
}
