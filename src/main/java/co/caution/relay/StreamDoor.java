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
    /** Long enough for what waits on purpose, as event streams and long polls do; they say something now and then. */
    static final Duration IDLE = Duration.ofMinutes(10);

    private final ServerSocketChannel listener;
    private final int guestPort;
    private final Duration idle;
    private final Set<Stream> open = ConcurrentHashMap.newKeySet();
    private final Semaphore places = new Semaphore(MAX_CONNECTIONS);
    private final Thread sweeper;
    private volatile @Nullable Enclave enclave;

    /** One connection, both ways. */
    private static final class Stream {
        final SocketChannel client;
        volatile @Nullable SocketChannel inside;
        volatile long moved = System.nanoTime();

        Stream(SocketChannel client) {
            this.client = client;
        }

        void close() {
            quietly(client);
            SocketChannel end = inside;
            if (end != null) {
                quietly(end);
            }
        }
    }

    /** @param idle after which a connection ends that carries nothing, either way */
    StreamDoor(String bind, int publicPort, int guestPort, Duration idle) throws IOException {
        this.listener = ServerSocketChannel.open();
        this.guestPort = guestPort;
        this.idle = idle;
        try {
            listener.bind(new InetSocketAddress(bind, publicPort), 256);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
        Thread.ofVirtual().name("door-" + publicPort).start(this::accept);
        sweeper = Thread.ofVirtual().name("door-" + publicPort + "-idle").start(this::sweep);
    }

    @Override
    public void leadTo(Enclave enclave) {
        this.enclave = enclave;
    }

    @Override
    public void close() {
        quietly(listener);
        sweeper.interrupt();
        open.forEach(Stream::close);
    }

    /** Nobody may hold places by holding still. */
    private void sweep() {
        while (listener.isOpen()) {
            pause(idle.dividedBy(4));
            long now = System.nanoTime();
            open.stream().filter(stream -> now - stream.moved > idle.toNanos()).forEach(Stream::close);
        }
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
                pause(PAUSE); // out of descriptors, most likely: trying at once would only fill the log
            }
        }
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(SocketChannel client) {
        Enclave target = enclave;
        var stream = new Stream(client);
        open.add(stream);
        try (client) {
            if (target == null) {
                return;
            }
            try (SocketChannel inside = target.connect(guestPort)) {
                stream.inside = inside;
                Thread answers = Thread.ofVirtual().start(() -> pump(inside, client, stream));
                pump(client, inside, stream);
                answers.join();
            }
        } catch (IOException e) {
            LOG.debug("no way to port {} of the enclave: {}", guestPort, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(stream);
            places.release();
        }
    }

    /** One direction, to its end; the end is passed on, so half-closed streams work. */
    private static void pump(SocketChannel from, SocketChannel to, Stream stream) {
        var buffer = ByteBuffer.allocate(BUFFER);
        try {
            while (from.read(buffer) >= 0) {
                stream.moved = System.nanoTime();
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                    stream.moved = System.nanoTime();
                }
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (IOException e) {
            stream.close(); // broken one way is broken both ways
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
