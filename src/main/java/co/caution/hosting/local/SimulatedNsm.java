package co.caution.hosting.local;

import co.caution.attestation.NsmServer;
import co.caution.attestation.SoftwareNsm;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One enclave's security module, on a Unix socket that only its own vsock backend is told of. */
final class SimulatedNsm implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SimulatedNsm.class);

    private final SoftwareNsm nsm;
    private final ServerSocketChannel listener;

    SimulatedNsm(Path socket, SoftwareNsm nsm) throws IOException {
        this.nsm = nsm;
        this.listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            listener.close();
            throw e;
        }
        Thread.ofVirtual().name("nsm").start(this::accept);
    }

    private void accept() {
        while (listener.isOpen()) {
            try {
                SocketChannel guest = listener.accept();
                Thread.ofVirtual().name("nsm-guest").start(() -> serve(guest));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.warn("the simulated security module lost a connection: {}", e.getMessage());
            }
        }
    }

    private void serve(SocketChannel guest) {
        try (guest) {
            NsmServer.serve(Channels.newInputStream(guest), Channels.newOutputStream(guest), nsm);
        } catch (IOException e) {
            LOG.debug("a guest left the security module: {}", e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
