package co.caution.gateway;

import co.caution.client.TrustedProxies;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Collections;
import java.util.List;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Whose a request is, before anything asks: {@code getRemoteAddr} is the client's address from here on. Scheme and name of this
 * server are configuration; nobody's header says what they are.
 */
final class ClientAddressValve extends ValveBase {

    private final TrustedProxies proxies;

    ClientAddressValve(TrustedProxies proxies) {
        super(true);
        this.proxies = proxies;
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        InetAddress peer = InetAddress.ofLiteral(request.getRemoteAddr());
        List<String> hops = Collections.list(request.getHeaders("X-Forwarded-For"));
        if (!hops.isEmpty()) {
            String client = proxies.client(peer, hops).getHostAddress();
            request.setRemoteAddr(client);
            request.setRemoteHost(client);
        }
        getNext().invoke(request, response);
    }

    @Configuration(proxyBeanMethods = false)
    static class Registration {
        @Bean
        WebServerFactoryCustomizer<TomcatServletWebServerFactory> clientAddress(TrustedProxies proxies) {
            return factory -> factory.addEngineValves(new ClientAddressValve(proxies));
        }
    }
}
