package co.caution.paging;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.SimplePropertyRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The order of one list, by columns that together are unique and never change. A page begins after the values of the row
 * that ended the last one, whether that row is still there or not: whatever comes and goes meanwhile, a row that was there
 * all the time is in exactly one page.
 */
public final class Keyset {

    /** A column of the list, as its query names it, and what is in it. */
    public record Column(String name, Kind kind) {}

    private static final String MORE = "page_limit";

    private final String list;
    private final boolean newestFirst;
    private final List<Column> columns;

    private Keyset(String list, boolean newestFirst, Column... columns) {
        this.list = list;
        this.newestFirst = newestFirst;
        this.columns = List.of(columns);
    }

    /** @param list its name: one list's cursor is none of another's */
    public static Keyset ascending(String list, Column... columns) {
        return new Keyset(list, false, columns);
    }

    public static Keyset descending(String list, Column... columns) {
        return new Keyset(list, true, columns);
    }

    /** The usual order: by when something was made, and by its id where that was at once. */
    public static Keyset oldestFirst(String list) {
        return ascending(list, new Column("created_at", Kind.TIME), new Column("id", Kind.ID));
    }

    public static Keyset newestFirst(String list) {
        return descending(list, new Column("created_at", Kind.TIME), new Column("id", Kind.ID));
    }

    /**
     * @param query of the whole list, without its order; it selects this keyset's columns and has named parameters
     * @throws InvalidPageException for a cursor that is none of this list's
     */
    public <T> Page<T> page(JdbcClient jdbc, String query, Map<String, ?> parameters, Class<T> type, PageRequest wanted) {
        return page(jdbc, query, parameters, new SimplePropertyRowMapper<>(type), wanted);
    }

    /** The same, for rows that are read by hand. */
    public <T> Page<T> page(JdbcClient jdbc, String query, Map<String, ?> parameters, RowMapper<T> mapper, PageRequest wanted) {
        record Row<T>(T item, List<String> key) {}
        var all = new HashMap<String, Object>(parameters);
        // One more than wanted says whether there is more.
        all.put(MORE, wanted.limit() + 1L);
        String after = "";
        if (wanted.cursor() != null) {
            after = " where (" + names("", "") + ") " + (newestFirst ? "<" : ">") + " (" + names(":after_", "") + ")";
            List<Object> values = Cursor.read(list, columns, wanted.cursor());
            IntStream.range(0, columns.size()).forEach(i -> all.put("after_" + columns.get(i).name(), values.get(i)));
        }
        List<Row<T>> rows = jdbc.sql("select * from (" + query + ") listed" + after + " order by "
                        + names("", newestFirst ? " desc" : "") + " limit :" + MORE)
                .params(all)
                .query((row, i) -> new Row<>(mapper.mapRow(row, i), key(row)))
                .list();
        boolean more = rows.size() > wanted.limit();
        List<Row<T>> here = more ? rows.subList(0, wanted.limit()) : rows;
        return new Page<>(here.stream().map(Row::item).toList(), more ? Cursor.write(list, here.getLast().key()) : null);
    }

    private List<String> key(ResultSet row) throws SQLException {
        var key = new ArrayList<String>();
        for (Column column : columns) {
            key.add(column.kind().read(row, column.name()));
        }
        return key;
    }

    private String names(String before, String behind) {
        return columns.stream().map(column -> before + column.name() + behind).collect(Collectors.joining(", "));
    }
}
