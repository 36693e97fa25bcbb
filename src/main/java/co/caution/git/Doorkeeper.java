package co.caution.git;

import co.caution.client.ClientNetwork;
import co.caution.client.Limit;
import co.caution.client.RateLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.sshd.common.AttributeRepository;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.common.session.helpers.AbstractSession;
import org.apache.sshd.server.ServerFactoryManager;
import org.apache.sshd.server.session.SessionFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets no address and no key have too many sessions. Where too many strangers wait to sign in, a new one takes the place of
 * the one who has waited longest at the address that has most of them: a flood from few addresses pushes out itself, and who
 * signs in without dawdling gets in.
 */
final class Doorkeeper implements SessionListener {

    private static final Logger LOG = LoggerFactory.getLogger(Doorkeeper.class);

    /** Why somebody was turned away. */
    enum Reason {
        SESSIONS, ADDRESS, FAILURES, LOGINS, KEY, KEY_EXCHANGES;

        private final String label = name().toLowerCase(Locale.ROOT);
    }

    /** A client renews keys every gigabyte or hour; one that does it all the time wants the server to compute. */
    static final int MOST_KEY_EXCHANGES = 100;

    /** Why a session that signed in may do nothing; git's command says it, as nobody reads the reason of a disconnection. */
    static final AttributeRepository.AttributeKey<String> REFUSED = new AttributeRepository.AttributeKey<>();

    private static final Duration FOR_READING = Duration.ofSeconds(3);

    private static final class Guest {
        final Session session;
        final InetAddress address;
        final String network;
        boolean signedIn;
        @Nullable String key;
        int keyExchanges;

        Guest(Session session) {
            this.session = session;
            this.address = address(session.getIoSession().getRemoteAddress());
            this.network = ClientNetwork.of(address);
        }
    }

    private final SshLimits limits;
    private final RateLimits rates;
    private final Consumer<String> turnedAway;
    /** In the order of their coming. */
    private final Map<Session, Guest> guests = new LinkedHashMap<>();

    Doorkeeper(SshLimits limits, RateLimits rates, Consumer<String> turnedAway) {
        this.limits = limits;
        this.rates = rates;
        this.turnedAway = turnedAway;
    }

    /** Makes sessions, for those who are let in. An exception of a listener's would leave the socket open for ever. */
    SessionFactory sessions(ServerFactoryManager server) {
        return new SessionFactory(server) {
            @Override
            public void sessionCreated(IoSession connection) throws Exception {
                if (admits(connection)) {
                    super.sessionCreated(connection);
                } else {
                    connection.close(true);
                }
            }

            @Override
            public void sessionClosed(IoSession connection) throws Exception {
                if (AbstractSession.getSession(connection, true) != null) {
                    super.sessionClosed(connection);
                }
            }
        };
    }

    private boolean admits(IoSession connection) {
        Session leaves;
        synchronized (this) {
            InetAddress address = address(connection.getRemoteAddress());
            Reason full = rates.ask(Limit.SSH_FAILURES, address).isPresent() ? Reason.FAILURES : full(ClientNetwork.of(address));
            if (full != null) {
                turnedAway.accept(full.label);
                return false;
            }
            leaves = count(guest -> !guest.signedIn) < limits.logins() ? null : crowd().getFirst().session;
        }
        if (leaves != null) {
            turnedAway.accept(Reason.LOGINS.label);
            leaves.close(true); // without the lock: it calls back
        }
        return true;
    }

    private @Nullable Reason full(String network) {
        if (guests.size() >= limits.sessions()) {
            return Reason.SESSIONS;
        }
        boolean crowded = count(guest -> guest.network.equals(network)) >= limits.sessionsPerAddress()
                || count(guest -> !guest.signedIn && guest.network.equals(network)) >= limits.loginsPerAddress();
        return crowded ? Reason.ADDRESS : null;
    }

    /** The strangers of the address that has most of them, in the order of their coming. */
    private List<Guest> crowd() {
        return guests.values().stream()
                .filter(guest -> !guest.signedIn)
                .collect(Collectors.groupingBy(guest -> guest.network, LinkedHashMap::new, Collectors.toList()))
                .values().stream()
                .max(Comparator.comparingInt(List::size))
                .orElseThrow();
    }

    private long count(Predicate<Guest> which) {
        return guests.values().stream().filter(which).count();
    }

    @Override
    public synchronized void sessionCreated(Session session) {
        guests.put(session, new Guest(session));
    }

    @Override
    public synchronized void sessionClosed(Session session) {
        Guest guest = guests.remove(session);
        if (guest != null && !guest.signedIn) {
            rates.take(Limit.SSH_FAILURES, guest.address);
        }
    }

    @Override
    public void sessionEvent(Session session, Event event) {
        switch (event) {
            case Authenticated -> {
                if (signedIn(session) > limits.sessionsPerKey()) {
                    session.setAttribute(REFUSED, "this key has " + limits.sessionsPerKey() + " sessions already; end some");
                    leave(session, Reason.KEY, FOR_READING);
                }
            }
            case KeyEstablished -> {
                if (keysExchanged(session) > MOST_KEY_EXCHANGES) {
                    leave(session, Reason.KEY_EXCHANGES, Duration.ZERO);
                }
            }
            default -> {}
        }
    }

    /** How many sessions its key has now. */
    private synchronized long signedIn(Session session) {
        Guest guest = guests.get(session);
        if (guest == null) {
            return 0; // gone again
        }
        guest.signedIn = true;
        guest.key = session.getAttribute(GitSshServer.FINGERPRINT);
        return count(other -> guest.key.equals(other.key));
    }

    private synchronized int keysExchanged(Session session) {
        Guest guest = guests.get(session);
        return guest == null ? 0 : ++guest.keyExchanges;
    }

    /** Later: within an event the answer to the client's last packet is only half made. */
    private void leave(Session session, Reason reason, Duration after) {
        turnedAway.accept(reason.label);
        session.getFactoryManager().getScheduledExecutorService().schedule(() -> {
            try {
                session.disconnect(SshConstants.SSH2_DISCONNECT_TOO_MANY_CONNECTIONS, reason == Reason.KEY ? "too many sessions of this key" : "too many key exchanges");
            } catch (IOException e) {
                LOG.debug("the client left before it was told: {}", e.getMessage());
            }
        }, after.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static InetAddress address(SocketAddress address) {
        return ((InetSocketAddress) address).getAddress();
    }
}
