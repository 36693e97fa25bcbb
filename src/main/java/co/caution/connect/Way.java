package co.caution.connect;

import co.caution.verify.ChannelBinding;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import javax.net.ssl.SSLSocket;

/**
 * The way into an enclave.
 *
 * @param binding the key that its evidence names
 * @param host and {@code port} where it answers
 */
public record Way(ChannelBinding binding, String host, int port) {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /**
     * A connection whose other end holds the key; before that was shown, nothing was sent.
     *
     * @throws javax.net.ssl.SSLException when who answers holds another one
     */
    SSLSocket connect() throws IOException {
        int millis = Math.toIntExact(PATIENCE.toMillis());
        var plain = new Socket();
        try {
            plain.connect(new InetSocketAddress(host, port), millis);
            plain.setTcpNoDelay(true);
            plain.setKeepAlive(true);
            plain.setSoTimeout(millis);
            var tls = (SSLSocket) binding.context().getSocketFactory().createSocket(plain, host, port, true);
            tls.startHandshake();
            tls.setSoTimeout(0);
            return tls;
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }
}
