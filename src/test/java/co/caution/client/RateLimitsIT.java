package co.caution.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import co.caution.TestService;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.sql.Connection;
import java.sql.SQLTransientConnectionException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** Several nodes on one database, at a time that the test sets. */
class RateLimitsIT {

    private static final InetAddress ADDRESS = InetAddress.ofLiteral("203.0.113.9");
    private static final InetAddress OTHER = InetAddress.ofLiteral("203.0.113.10");

    private final AtomicInteger connections = new AtomicInteger();
    private volatile boolean away;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final Clock clock = ((InstantSource) () -> now).withZone(ZoneOffset.UTC);
    private JdbcClient jdbc;

    /** Counts what is asked of it; in a table of its own, as the service has its own time. */
    @BeforeEach
    void database() throws Exception {
        DataSource database = TestService.shared().bean(DataSource.class);
        try (var owner = TestService.shared().owner(); var statement = owner.createStatement()) {
            statement.execute("create schema if not exists limits_test");
            statement.execute("create table if not exists limits_test.rate_limit (like public.rate_limit including all)");
            statement.execute("truncate limits_test.rate_limit");
            statement.execute("grant usage on schema limits_test to caution");
            statement.execute("grant select, insert, update, delete on limits_test.rate_limit to caution");
        }
        jdbc = JdbcClient.create(new AbstractDataSource() {
            @Override
            public Connection getConnection() throws java.sql.SQLException {
                connections.incrementAndGet();
                if (away) {
                    throw new SQLTransientConnectionException("away");
                }
                var connection = database.getConnection();
                connection.setSchema("limits_test");
                return connection;
            }

            @Override
            public Connection getConnection(String user, String password) {
                throw new UnsupportedOperationException();
            }
        });
    }

    @Test
    void somuchAtOnceThenSoMuchAMinute() {
        var node = node();
        assertThat(taken(() -> node.take(Limit.READS, ADDRESS).isEmpty())).isEqualTo(100);
        assertThat(node.take(Limit.READS, ADDRESS).orElseThrow()).isCloseTo(Duration.ofMillis(600), Duration.ofMillis(2));
        later(Duration.ofSeconds(6));
        assertThat(taken(() -> node.take(Limit.READS, ADDRESS).isEmpty())).isEqualTo(10);
        later(Duration.ofHours(1));
        assertThat(taken(() -> node.take(Limit.READS, ADDRESS).isEmpty())).as("never more than a bucket").isEqualTo(100);
    }

    @Test
    void eachLimitAddressAndAccountCountsByItself() {
        var node = node();
        UUID account = UUID.randomUUID();
        assertThat(taken(() -> node.take(Limit.READS, ADDRESS).isEmpty())).isEqualTo(100);
        assertThat(node.take(Limit.READS, OTHER)).isEmpty();
        assertThat(node.take(Limit.ENTERING, ADDRESS)).isEmpty();
        assertThat(taken(() -> node.take(Limit.READS, account).isEmpty())).isEqualTo(50);
        assertThat(node.take(Limit.WRITES, ADDRESS)).as("no limit is set").isEmpty();
        assertThat(node.take(Limit.READS, InetAddress.ofLiteral("2001:db8::1"))).isEmpty();
        assertThat(taken(() -> node.take(Limit.READS, InetAddress.ofLiteral("2001:db8::2")).isEmpty())).as("the same /64").isEqualTo(99);
    }

    @Test
    void nodesShareThem() {
        var one = node();
        var two = node();
        taken(() -> one.take(Limit.READS, ADDRESS).isEmpty());
        one.write();
        int more = 0;
        while (two.take(Limit.READS, ADDRESS).isEmpty()) {
            two.write();
            more++;
        }
        assertThat(more).as("the part after which it asks").isEqualTo(10);
        assertThat(two.take(Limit.READS, OTHER)).as("somebody else").isEmpty();
        later(Duration.ofMinutes(1));
        int together = 0;
        boolean first = true;
        boolean second = true;
        while (first || second) {
            first = one.take(Limit.READS, ADDRESS).isEmpty();
            second = two.take(Limit.READS, ADDRESS).isEmpty();
            together += (first ? 1 : 0) + (second ? 1 : 0);
            one.write();
            two.write();
        }
        assertThat(together).as("a minute's worth, with what was too much before").isBetween(90, 110);
    }

    /** Ten of a hundred go by without a word; then many buckets are written in one statement. */
    @Test
    void aCallCostsATenthOfAHundredthOfAWrite() {
        var node = node();
        node.write(); // sweeps
        connections.set(0);
        for (int i = 0; i < 10_000; i++) {
            node.take(Limit.READS, InetAddress.ofLiteral("10.0." + i % 100 + ".1"));
            if (i % 1000 == 999) {
                node.write();
            }
        }
        assertThat(connections.get()).isEqualTo(10);
        assertThat(jdbc.sql("select count(*) from rate_limit").query(Integer.class).single()).isEqualTo(100);
        assertThat(jdbc.sql("select distinct full_at from rate_limit").query((row, i) -> row.getTimestamp(1).toInstant()).single())
                .as("a hundred each").isEqualTo(now.plusSeconds(60));
    }

    @Test
    void withoutTheDatabaseANodeCountsByItselfAndMakesUpForItLater() {
        var node = node();
        away = true;
        assertThat(taken(() -> node.take(Limit.READS, ADDRESS).isEmpty())).isEqualTo(100);
        assertThatThrownBy(node::write).isInstanceOf(DataAccessException.class);
        assertThat(node.take(Limit.READS, ADDRESS)).isPresent();
        away = false;
        assertThat(node.write()).isFalse();
        var other = node();
        taken(() -> other.take(Limit.READS, ADDRESS).isEmpty() && !other.write());
        assertThat(other.take(Limit.READS, ADDRESS).orElseThrow()).isGreaterThan(Duration.ofSeconds(1));
    }

    @Test
    void neitherTheTableNorMemoryFillsUp() {
        var node = node();
        for (int i = 0; i < RateLimits.MOST_HERE + 5000; i++) {
            node.take(Limit.READS, InetAddress.ofLiteral("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255)));
        }
        assertThat(node.size()).isLessThanOrEqualTo(RateLimits.MOST_HERE);

        var used = new TreeMap<String, Long>();
        for (int i = 0; i < 200; i++) {
            used.put("bucket-" + i, 1_000_000L * i);
        }
        var shared = new SharedUse(jdbc);
        shared.add(used, now);
        shared.sweep(now, 150);
        assertThat(jdbc.sql("select count(*) from rate_limit").query(Integer.class).single()).isEqualTo(150);
        assertThat(jdbc.sql("select max(full_at) from rate_limit").query((row, i) -> row.getTimestamp(1).toInstant()).single())
                .as("who used most is still known").isEqualTo(now.plusSeconds(199));
        shared.sweep(now.plusSeconds(200), 150);
        assertThat(jdbc.sql("select count(*) from rate_limit").query(Integer.class).single()).as("what is over is gone").isZero();
    }

    @Test
    void refusalsAreCounted() {
        var meters = new SimpleMeterRegistry();
        var node = new RateLimits(rates(), jdbc, clock, meters);
        assertThat(meters.get("caution.rate.limited").tags("limit", "reads", "of", "address").counter().count()).isZero();
        taken(() -> node.take(Limit.READS, ADDRESS).isEmpty());
        assertThat(meters.get("caution.rate.limited").tags("limit", "reads", "of", "address").counter().count()).isEqualTo(1, within(0.1));
    }

    private RateLimits node() {
        return new RateLimits(rates(), jdbc, clock, new SimpleMeterRegistry());
    }

    private static RateLimits.Rates rates() {
        return new RateLimits.Rates(Map.of(Limit.READS, 100, Limit.ENTERING, 20, Limit.WRITES, 0), Map.of(Limit.READS, 50));
    }

    private void later(Duration time) {
        now = now.plus(time);
    }

    private static int taken(Supplier<Boolean> take) {
        int taken = 0;
        while (taken < 1000 && take.get()) {
            taken++;
        }
        return taken;
    }
}
