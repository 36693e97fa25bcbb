package co.caution.connect;

import co.caution.verify.ChannelBinding;
import java.io.IOException;
import javax.net.ssl.SSLSocket;

/**
 * The way into an enclave.
 *
 * @param binding the key that its evidence names
 * @param host and {@code port} where it answers
 */
public record Way(ChannelBinding binding, String host, int port) {

    /** @throws javax.net.ssl.SSLException when who answers holds another key */
    SSLSocket connect() throws IOException {
        return binding.connect(host, port);
    }
}
