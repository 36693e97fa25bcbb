package co.caution.gateway;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioEndpoint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tomcat's HTTP over TCP, with our {@link HttpDoor} where connections come in. Public because Tomcat makes it by name. */
public final class DoorProtocol extends Http11NioProtocol {

    private static final Logger LOG = LoggerFactory.getLogger(DoorProtocol.class);
    private static final long ROUND_MILLIS = 1000;

    private static final class Endpoint extends NioEndpoint {

        private final Map<InetSocketAddress, SocketChannel> byPeer = new ConcurrentHashMap<>();
        private @Nullable HttpDoor<InetSocketAddress> door;

        @Override
        protected boolean setSocketOptions(SocketChannel socket) {
            try {
                if (door == null || !(socket.getRemoteAddress() instanceof InetSocketAddress peer)) {
                    return refuse(socket);
                }
                byPeer.put(peer, socket);
                Optional<InetSocketAddress> leaves = door.enter(peer, peer.getAddress());
                if (leaves.equals(Optional.of(peer))) {
                    byPeer.remove(peer);
                    return refuse(socket);
                }
                leaves.ifPresent(this::sendAway);
                return super.setSocketOptions(socket);
            } catch (IOException e) {
                return refuse(socket); // gone already
            }
        }

        /** False alone closes only what Tomcat has begun to use. */
        private boolean refuse(SocketChannel socket) {
            destroySocket(socket);
            return false;
        }

        boolean open(InetSocketAddress peer) {
            SocketChannel socket = byPeer.get(peer);
            return socket != null && socket.isOpen();
        }

        void sendAway(InetSocketAddress peer) {
            SocketChannel socket = byPeer.remove(peer);
            var wrapper = socket == null ? null : connections.get(socket);
            if (wrapper != null) {
                wrapper.close();
            }
        }

        void round() {
            byPeer.values().removeIf(socket -> !socket.isOpen());
            if (door != null) {
                door.overdue().forEach(this::sendAway);
            }
        }
    }

    private volatile @Nullable Thread guard;

    /** For Tomcat. */
    public DoorProtocol() {
        super(new Endpoint());
    }

    private Endpoint door() {
        return (Endpoint) getEndpoint();
    }

    boolean open(InetSocketAddress peer) {
        return door().open(peer);
    }

    void door(HttpDoor<InetSocketAddress> door) {
        door().door = door;
    }

    @Override
    public void start() throws Exception {
        super.start();
        guard = Thread.ofPlatform().daemon().name("http-door").start(() -> {
            while (guard == Thread.currentThread()) {
                try {
                    Thread.sleep(ROUND_MILLIS);
                    door().round();
                } catch (InterruptedException e) {
                    return;
                } catch (RuntimeException e) {
                    LOG.warn("looking for slow connections failed", e);
                }
            }
        });
    }

    @Override
    public void stop() throws Exception {
        Thread thread = guard;
        guard = null;
        if (thread != null) {
            thread.interrupt();
        }
        super.stop();
    }
}
