package co.caution.account;

import co.caution.client.ClientNetwork;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How many logins may be open at once: whoever begins them is nobody yet. */
final class OpenChallenges {

    static final Duration LIFE = Duration.ofMinutes(5);
    private static final int MOST_FOR_ADDRESS = 20;
    private static final int MOST = 10_000;
    /** Held while challenges are counted: two requests at once must not both be the last one allowed. */
    private static final long COUNTING = 0x6c6f67696e00L;

    private OpenChallenges() {}

    /**
     * Forgets those that are over and counts the rest, within a transaction that then adds one.
     *
     * @param table with {@code id}, {@code address} and {@code expires_at}
     * @return what to store as the address
     */
    static String admit(JdbcClient jdbc, String table, Instant now, InetAddress address) {
        return admit(jdbc, table, now, Duration.ZERO, address);
    }

    /** @param remembered how long those that are over stay, to be told so */
    static String admit(JdbcClient jdbc, String table, Instant now, Duration remembered, InetAddress address) {
        jdbc.sql("select pg_advisory_xact_lock(?)").param(COUNTING).query().singleRow();
        jdbc.sql("delete from " + table + " where expires_at <= ?").param(now.minus(remembered).atOffset(ZoneOffset.UTC)).update();
        String from = ClientNetwork.of(address);
        int[] open = jdbc.sql("select count(*), count(*) filter (where address = ?) from " + table)
                .param(from)
                .query((row, i) -> new int[] {row.getInt(1), row.getInt(2)})
                .single();
        if (open[1] >= MOST_FOR_ADDRESS) {
            throw new AccountException.TooMany("Too many logins were begun and not ended from your address. Try again in "
                    + LIFE.toMinutes() + " minutes.");
        }
        if (open[0] >= MOST) {
            // Whoever fills the table makes room themselves: nobody else may be locked out by it.
            jdbc.sql("""
                            delete from %1$s where id = (
                                select id from %1$s where address = (
                                    select address from %1$s group by address order by count(*) desc, min(expires_at) limit 1)
                                order by expires_at limit 1)""".formatted(table))
                    .update();
        }
        return from;
    }
}
