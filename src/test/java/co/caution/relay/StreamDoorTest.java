package co.caution.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import co.caution.hosting.Enclave;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class StreamDoorTest {

    private static final int INSIDE = 8080;

    /** Who holds still loses the place; who speaks now and then, or is only spoken to, keeps it. */
    @Test
    void aConnectionThatCarriesNothingEnds() throws Exception {
        var loopback = InetAddress.getLoopbackAddress();
        try (var app = new ServerSocket(0, 10, loopback)) {
            var enclave = mock(Enclave.class);
            when(enclave.connect(INSIDE)).thenAnswer(_ -> SocketChannel.open(new InetSocketAddress(loopback, app.getLocalPort())));
            int port;
            try (var free = new ServerSocket(0, 1, loopback)) {
                port = free.getLocalPort();
            }
            var door = new StreamDoor(loopback.getHostAddress(), port, INSIDE, Duration.ofSeconds(1));
            door.leadTo(enclave);
            try (var still = new Socket(loopback, port); var stillInside = app.accept();
                    var talks = new Socket(loopback, port); var talksInside = app.accept();
                    var listens = new Socket(loopback, port); var listensInside = app.accept()) {
                for (int i = 0; i < 15; i++) {
                    talks.getOutputStream().write('x');
                    assertThat(talksInside.getInputStream().read()).isEqualTo('x');
                    listensInside.getOutputStream().write('y');
                    assertThat(listens.getInputStream().read()).isEqualTo('y');
                    TimeUnit.MILLISECONDS.sleep(200);
                }
                assertThat(ended(still.getInputStream())).isTrue();
                assertThat(ended(stillInside.getInputStream())).isTrue();
            } finally {
                door.close();
            }
        }
    }

    private static boolean ended(InputStream in) throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }
}
