package co.caution.gateway;

import co.caution.client.ClientNetwork;
import co.caution.client.TrustedProxies;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Who may stay connected. A connection on which no request is at work waits for one: for the first, for the next, for the rest of its
 * head. It may not wait for long, however it drips. Where the room is full, the one that has waited longest at the address that
 * has most of them makes room: a flood from few addresses pushes out itself.
 *
 * @param <C> a connection
 */
final class HttpDoor<C> {

    /** Why somebody was turned away. */
    enum Reason {
        CONNECTIONS, ADDRESS, SLOW
    }

    private static final class Guest {
        final String network;
        final boolean proxy;
        long waitsSince;
        boolean atWork;

        Guest(String network, boolean proxy, long now) {
            this.network = network;
            this.proxy = proxy;
            this.waitsSince = now;
        }
    }

    private final HttpLimits limits;
    private final TrustedProxies proxies;
    private final LongSupplier nanoTime;
    private final Predicate<C> open;
    private final Consumer<Reason> turnedAway;
    private final Map<C, Guest> guests = new LinkedHashMap<>();

    HttpDoor(HttpLimits limits, TrustedProxies proxies, LongSupplier nanoTime, Predicate<C> open, Consumer<Reason> turnedAway) {
        this.limits = limits;
        this.proxies = proxies;
        this.nanoTime = nanoTime;
        this.open = open;
        this.turnedAway = turnedAway;
    }

    /** Lets somebody in. @return whom to send away for the newcomer: the newcomer itself, somebody else, or nobody */
    synchronized Optional<C> enter(C connection, InetAddress address) {
        guests.keySet().removeIf(open.negate());
        String network = ClientNetwork.of(address);
        boolean proxy = proxies.contains(address);
        if (!proxy && guests.values().stream().filter(guest -> guest.network.equals(network)).count() >= limits.connectionsPerAddress()) {
            turnedAway.accept(Reason.ADDRESS);
            return Optional.of(connection);
        }
        var leaves = guests.size() < limits.connections() ? Optional.<C>empty() : crowd().or(() -> Optional.of(connection));
        leaves.ifPresent(guests::remove);
        if (leaves.isPresent()) {
            turnedAway.accept(Reason.CONNECTIONS);
        }
        if (!leaves.equals(Optional.of(connection))) {
            guests.put(connection, new Guest(network, proxy, nanoTime.getAsLong()));
        }
        return leaves;
    }

    /** Those who wait without work, at the address that has most of them: whoever waits longest. Proxies come last. */
    private Optional<C> crowd() {
        Map<String, List<Map.Entry<C, Guest>>> waiting = guests.entrySet().stream()
                .filter(entry -> !entry.getValue().atWork)
                .collect(Collectors.groupingBy(entry -> entry.getValue().network, LinkedHashMap::new, Collectors.toList()));
        return waiting.values().stream()
                .max(Comparator.<List<Map.Entry<C, Guest>>>comparingInt(all -> all.getFirst().getValue().proxy ? 0 : 1)
                        .thenComparingInt(List::size))
                .flatMap(all -> all.stream().min(Comparator.comparingLong(entry -> entry.getValue().waitsSince)))
                .map(Map.Entry::getKey);
    }

    /** A request's head has come. */
    synchronized void begin(C connection) {
        Guest guest = guests.get(connection);
        if (guest != null) {
            guest.atWork = true;
        }
    }

    /** It is answered. */
    synchronized void end(C connection) {
        Guest guest = guests.get(connection);
        if (guest != null) {
            guest.atWork = false;
            guest.waitsSince = nanoTime.getAsLong();
        }
    }

    /** @return those who have waited for too long, and are gone now */
    synchronized List<C> overdue() {
        long now = nanoTime.getAsLong();
        Duration most = limits.requestTime();
        guests.keySet().removeIf(open.negate());
        var late = new HashMap<>(guests);
        late.values().removeIf(guest -> guest.atWork || now - guest.waitsSince <= most.toNanos());
        guests.keySet().removeAll(late.keySet());
        late.keySet().forEach(connection -> turnedAway.accept(Reason.SLOW));
        return List.copyOf(late.keySet());
    }
}
