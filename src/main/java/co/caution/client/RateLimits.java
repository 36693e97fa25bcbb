package co.caution.client;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.TransactionException;

/**
 * So much a minute, and as much at once: buckets that fill evenly. A node decides by what it knows and asks nobody, so that no
 * call waits for the database. A tenth of a bucket later it adds what was used here to what the other nodes wrote down, many
 * buckets in one statement, and learns the sum. All nodes together thus let through at most a tenth more for each further
 * node, and a tenth of a second's worth; while the database is away, each counts by itself.
 */
public final class RateLimits implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(RateLimits.class);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    /** Of a bucket, after which it is written down. */
    private static final int PART = 10;
    private static final int AT_ONCE = 1000;
    private static final Duration PAUSE = Duration.ofMillis(100);
    static final int MOST_HERE = 50_000;
    static final int MOST_SHARED = 100_000;
    private static final int WRITTEN_BETWEEN_SWEEPS = 10_000;

    /**
     * How often a minute, by what is limited; 0 or nothing: no limit.
     *
     * @param ofAddress for each IPv4 address, and each /64 of IPv6
     * @param ofAccount for each account
     */
    public record Rates(Map<Limit, Integer> ofAddress, Map<Limit, Integer> ofAccount) {}

    /** One bucket as this node sees it. Its content is a time: when it would be full, if nothing more were taken. */
    private static final class Bucket {
        final String key;
        final long interval;
        Instant fullAt;
        int unwritten;

        Bucket(String key, int perMinute, Instant now) {
            this.key = key;
            this.interval = MINUTE.toNanos() / 1000 / perMinute;
            this.fullAt = now;
        }

        Instant after(int more, Instant now) {
            return (fullAt.isAfter(now) ? fullAt : now).plus(more * interval, ChronoUnit.MICROS);
        }
    }

    private final Rates rates;
    private final SharedUse shared;
    private final Clock clock;
    private final MeterRegistry meters;
    /** Those who called last are at the end. */
    private final LinkedHashMap<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);
    private final LinkedHashSet<Bucket> due = new LinkedHashSet<>();
    private @Nullable Instant swept;
    private int written;
    private boolean away;
    private volatile @Nullable Thread writer;

    public RateLimits(Rates rates, JdbcClient jdbc, Clock clock, MeterRegistry meters) {
        this(rates, new SharedUse(jdbc), clock, meters);
    }

    RateLimits(Rates rates, SharedUse shared, Clock clock, MeterRegistry meters) {
        this.rates = rates;
        this.shared = shared;
        this.clock = clock;
        this.meters = meters;
        rates.ofAddress().keySet().forEach(limit -> refused(limit, "address").increment(0));
        rates.ofAccount().keySet().forEach(limit -> refused(limit, "account").increment(0));
    }

    /** Takes one. @return how long to wait, where there is none left; then nothing was taken */
    public Optional<Duration> take(Limit limit, InetAddress address) {
        return take(limit, "address", ClientNetwork.of(address), rates.ofAddress(), 1);
    }

    /** Takes one. @return how long to wait, where there is none left; then nothing was taken */
    public Optional<Duration> take(Limit limit, UUID account) {
        return take(limit, "account", account.toString(), rates.ofAccount(), 1);
    }

    /** The same, without taking it. */
    public Optional<Duration> ask(Limit limit, InetAddress address) {
        return take(limit, "address", ClientNetwork.of(address), rates.ofAddress(), 0);
    }

    /** How many a minute; 0: any number. */
    public int ofAddress(Limit limit) {
        return rates.ofAddress().getOrDefault(limit, 0);
    }

    /** How many a minute; 0: any number. */
    public int ofAccount(Limit limit) {
        return rates.ofAccount().getOrDefault(limit, 0);
    }

    private Optional<Duration> take(Limit limit, String whose, String who, Map<Limit, Integer> perMinute, int taken) {
        int most = perMinute.getOrDefault(limit, 0);
        if (most <= 0) {
            return Optional.empty();
        }
        synchronized (this) {
            // Asked in here: whoever came a moment before must not have the later time.
            Instant now = clock.instant();
            var bucket = buckets.computeIfAbsent(limit.label() + " " + whose + " " + who, key -> new Bucket(key, most, now));
            var wait = Duration.between(now.plus(most * bucket.interval, ChronoUnit.MICROS), bucket.after(1, now));
            if (wait.isPositive()) {
                refused(limit, whose).increment();
                return Optional.of(wait);
            }
            if (taken > 0) {
                bucket.fullAt = bucket.after(taken, now);
                bucket.unwritten += taken;
                if (bucket.unwritten >= Math.max(1, most / PART) && due.add(bucket)) {
                    notifyAll();
                }
            }
            forget(now);
            return Optional.empty();
        }
    }

    /** Nobody fills this node's memory: who has used nothing up goes first, then who has not called for longest. */
    private void forget(Instant now) {
        if (buckets.size() <= MOST_HERE) {
            return;
        }
        buckets.values().removeIf(bucket -> !bucket.fullAt.isAfter(now) && !due.contains(bucket));
        Iterator<Bucket> eldest = buckets.values().iterator();
        while (buckets.size() > MOST_HERE * 9 / 10) {
            due.remove(eldest.next());
            eldest.remove();
        }
    }

    /**
     * Writes down what is due, and learns what the other nodes did.
     *
     * @return whether there is more
     */
    boolean write() {
        Instant now = clock.instant();
        var taken = new HashMap<Bucket, Integer>();
        var used = new TreeMap<String, Long>();
        synchronized (this) {
            for (Bucket bucket : due.stream().limit(AT_ONCE).toList()) {
                taken.put(bucket, bucket.unwritten);
                // What has flowed back since need not be written down.
                long owed = ChronoUnit.MICROS.between(now, bucket.fullAt);
                used.put(bucket.key, Math.max(0, Math.min(owed, bucket.unwritten * bucket.interval)));
            }
        }
        if (!used.isEmpty()) {
            Map<String, Instant> fullAt = shared.add(used, now);
            synchronized (this) {
                taken.forEach((bucket, count) -> {
                    bucket.unwritten -= count;
                    due.remove(bucket);
                    Instant sum = fullAt.getOrDefault(bucket.key, now).plus(bucket.unwritten * bucket.interval, ChronoUnit.MICROS);
                    bucket.fullAt = sum.isAfter(bucket.fullAt) ? sum : bucket.fullAt;
                });
            }
            written += used.size();
        }
        if (swept == null || written >= WRITTEN_BETWEEN_SWEEPS || now.isAfter(swept.plus(MINUTE))) {
            shared.sweep(now, MOST_SHARED);
            swept = now;
            written = 0;
        }
        synchronized (this) {
            return !due.isEmpty();
        }
    }

    synchronized int size() {
        return buckets.size();
    }

    private Counter refused(Limit limit, String whose) {
        return Counter.builder("caution.rate.limited").description("Calls that were refused as there were too many of their kind")
                .tag("limit", limit.label()).tag("of", whose).register(meters);
    }

    private void work() {
        while (writer == Thread.currentThread()) {
            try {
                synchronized (this) {
                    if (due.isEmpty()) {
                        wait(MINUTE.toMillis());
                    }
                }
                write();
                if (away) {
                    LOG.info("rate limits are shared with other nodes again");
                }
                away = false;
                Thread.sleep(PAUSE);
            } catch (DataAccessException | TransactionException e) {
                if (!away) {
                    LOG.warn("rate limits are counted by this node alone, as long as the database cannot be reached: {}", e.getMessage());
                }
                away = true;
                pause();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(PAUSE.multipliedBy(PART));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Before and after all that take from it: whatever stops takes those who use it along, and they have their own turn. */
    @Override
    public int getPhase() {
        return 0;
    }

    @Override
    public void start() {
        writer = Thread.ofPlatform().daemon().name("rate-limits").start(this::work);
    }

    @Override
    public void stop() {
        Thread thread = writer;
        writer = null;
        if (thread != null) {
            thread.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return writer != null;
    }
}
