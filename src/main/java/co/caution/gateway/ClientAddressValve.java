package co.caution.gateway;

import co.caution.client.TrustedProxies;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.List;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Whose a request is, before anything asks: {@code getRemoteAddr} is the client's address from here on. Scheme and name of this
 * server are configuration; nobody's header says what they are. The door learns which connections have a request at work.
 */
final class ClientAddressValve extends ValveBase {

    private final TrustedProxies proxies;
    private final HttpDoor<InetSocketAddress> door;

    ClientAddressValve(TrustedProxies proxies, HttpDoor<InetSocketAddress> door) {
        super(true);
        this.proxies = proxies;
        this.door = door;
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        var peer = new InetSocketAddress(InetAddress.ofLiteral(request.getRemoteAddr()), request.getRemotePort());
        List<String> hops = Collections.list(request.getHeaders("X-Forwarded-For"));
        if (!hops.isEmpty()) {
            String client = proxies.client(peer.getAddress(), hops).getHostAddress();
            request.setRemoteAddr(client);
            request.setRemoteHost(client);
        }
        door.begin(peer);
        try {
            getNext().invoke(request, response);
        } finally {
            if (request.isAsync()) {
                request.getAsyncContext().addListener(new End(() -> door.end(peer)));
            } else {
                door.end(peer);
            }
        }
    }

    /** @param end what to do then, however it ends */
    private record End(Runnable end) implements AsyncListener {
        @Override
        public void onComplete(AsyncEvent event) {
            end.run();
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            // Completion follows.
        }

        @Override
        public void onError(AsyncEvent event) {
            // Likewise.
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }
    }
}
