package co.caution.client;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table in which all nodes write down what was used. */
class SharedUse {

    private final JdbcClient jdbc;

    SharedUse(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Adds what was used here, in one statement.
     *
     * @param used by bucket, in microseconds of its time; sorted, as two nodes that lock rows in different orders wait for each other
     * @return when each is full again, with what the others used
     */
    Map<String, Instant> add(SortedMap<String, Long> used, Instant now) {
        var fullAt = new TreeMap<String, Instant>();
        jdbc.sql("""
                        insert into rate_limit as r (bucket, full_at)
                        select bucket, ?::timestamptz + used * interval '1 microsecond' from unnest(?::text[], ?::bigint[]) as u (bucket, used)
                        on conflict (bucket) do update set full_at = excluded.full_at + greatest(r.full_at - ?::timestamptz, interval '0')
                        returning bucket, full_at""")
                .param(1, now.atOffset(ZoneOffset.UTC))
                .param(2, used.keySet().toArray(String[]::new))
                .param(3, used.values().toArray(Long[]::new))
                .param(4, now.atOffset(ZoneOffset.UTC))
                .query((row, i) -> fullAt.put(row.getString(1), row.getTimestamp(2).toInstant()))
                .list();
        return fullAt;
    }

    /** Forgets whoever has used nothing up, and where more than so many are left, those who have used least. */
    void sweep(Instant now, int most) {
        jdbc.sql("delete from rate_limit where full_at <= ?").param(now.atOffset(ZoneOffset.UTC)).update();
        jdbc.sql("""
                        delete from rate_limit where bucket in (
                            select bucket from rate_limit order by full_at desc, bucket offset ?)""")
                .param(most)
                .update();
    }
}
