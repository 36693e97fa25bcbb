package co.caution.relay;

import co.caution.hosting.Enclave;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries bytes between a TCP port and a port inside an enclave, without looking at them. */
final class StreamDoor implements Door {

    private static final Logger LOG = LoggerFactory.getLogger(StreamDoor.class);
    private static final int BUFFER = 64 * 1024;
    private static final int MAX_CONNECTIONS = 1_000;
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final ServerSocketChannel listener;
    private final int guestPort;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final Semaphore places = new Semaphore(MAX_CONNECTIONS);
    private volatile @Nullable Enclave enclave;

    StreamDoor(String bind, int publicPort, int guestPort) throws IOException {
        this.listener = ServerSocketChannel.open();
        this.guestPort = guestPort;
        try {
            listener.bind(new InetSocketAddress(bind, publicPort), 256);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
        Thread.ofVirtual().name("door-" + publicPort).start(this::accept);
    }

    @Override
    public void leadTo(Enclave enclave) {
        this.enclave = enclave;
    }

    @Override
    public void close() {
        quietly(listener);
        open.forEach(StreamDoor::quietly);
    }

    private void accept() {
        while (listener.isOpen()) {
            try {
                SocketChannel client = listener.accept();
                if (places.tryAcquire()) {
                    Thread.ofVirtual().name("stream-" + guestPort).start(() -> serve(client));
                } else {
                    quietly(client);
                }
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.warn("a connection was not accepted: {}", e.getMessage());
                pause(); // out of descriptors, most likely: trying at once would only fill the log
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(SocketChannel client) {
        Enclave target = enclave;
        open.add(client);
        try (client) {
            if (target == null) {
                return;
            }
            try (SocketChannel inside = target.connect(guestPort)) {
                open.add(inside);
                Thread answers = Thread.ofVirtual().start(() -> pump(inside, client));
                pump(client, inside);
                answers.join();
                open.remove(inside);
            }
        } catch (IOException e) {
            LOG.debug("no way to port {} of the enclave: {}", guestPort, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
            places.release();
        }
    }

    /** One direction, to its end; the end is passed on, so half-closed streams work. */
    private static void pump(SocketChannel from, SocketChannel to) {
        var buffer = ByteBuffer.allocate(BUFFER);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (IOException e) {
            // Broken one way is broken both ways.
            quietly(from);
            quietly(to);
        }
    }

    private static void quietly(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("close: {}", e.getMessage());
        }
    }
}
