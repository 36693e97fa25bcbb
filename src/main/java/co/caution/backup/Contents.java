package co.caution.backup;

import java.util.List;
import java.util.Objects;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code contents.json}, the last entry of a backup: what the others must be.
 *
 * @param format 1
 * @param schema the number of the newest migration that the tables had
 * @param tables in an order in which their foreign keys hold at each step
 * @param files every other entry, in the order of the archive
 */
record Contents(int format, String createdAt, int schema, List<Table> tables, List<Entry> files) {

    static final int FORMAT = 1;
    static final String NAME = "contents.json";
    /** Entries below this one are the home directory's files, by the same names. */
    static final String HOME = "home/";
    private static final JsonMapper JSON =
            JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

    Contents {
        Objects.requireNonNull(createdAt);
        tables = List.copyOf(tables);
        files = List.copyOf(files);
    }

    byte[] json() {
        return JSON.writeValueAsBytes(this);
    }

    static Contents parse(byte[] json) {
        return JSON.readValue(json, Contents.class);
    }

    /** Rows are PostgreSQL's COPY text format, in the entry {@link #entry()}. */
    record Table(String name, List<String> columns, long rows) {

        Table {
            columns = List.copyOf(columns);
        }

        String entry() {
            return "database/" + name + ".copy";
        }

        /** {@code "name" ("column", …)}, for COPY. */
        String sql() {
            return quoted(name) + " (" + String.join(", ", columns.stream().map(Table::quoted).toList()) + ")";
        }

        private static String quoted(String identifier) {
            return "\"" + identifier.replace("\"", "\"\"") + "\"";
        }
    }

    /** @param sha256 of the content, 64 lower-case hex digits */
    record Entry(String name, long size, String sha256) {}
}
