package co.caution.gateway;

import co.caution.client.TrustedProxies;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts our door into Tomcat. */
@Configuration(proxyBeanMethods = false)
class HttpDoorConfiguration {

    /** Tomcat stops accepting at its own limit, which would let a flood keep everybody out: ours comes first. */
    private static final int HEADROOM = 100;

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> httpDoor(HttpLimits limits, TrustedProxies proxies, MeterRegistry meters) {
        for (var reason : HttpDoor.Reason.values()) {
            turnedAway(meters, reason).increment(0);
        }
        return factory -> {
            var protocol = new AtomicReference<DoorProtocol>();
            var door = new HttpDoor<InetSocketAddress>(limits, proxies, System::nanoTime, peer -> protocol.get().open(peer),
                    reason -> turnedAway(meters, reason).increment());
            factory.setProtocol(DoorProtocol.class.getName());
            factory.addProtocolHandlerCustomizers((DoorProtocol made) -> {
                made.setMaxConnections(limits.connections() + HEADROOM);
                // What is refused unread must not be read at the client's pace.
                made.setMaxSwallowSize(BodyLimitFilter.MOST);
                protocol.set(made);
                made.door(door);
            });
            factory.addEngineValves(new ClientAddressValve(proxies, door));
        };
    }

    private static Counter turnedAway(MeterRegistry meters, HttpDoor.Reason reason) {
        return Counter.builder("caution.http.turned.away").description("HTTP connections that there was no room for, or that were too slow")
                .tag("reason", reason.name().toLowerCase(Locale.ROOT)).register(meters);
    }
}
