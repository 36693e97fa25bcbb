package co.caution.relay;

import co.caution.client.Limit;
import co.caution.client.RateLimits;
import co.caution.client.TrustedProxies;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.List;
import org.springframework.stereotype.Component;

/** The doors' part in the limits that the gateway has, too: a challenge counts the same at either. */
@Component
class DoorLimits {

    private final RateLimits limits;
    private final TrustedProxies proxies;
    private final AttestationRelay relay;

    DoorLimits(RateLimits limits, TrustedProxies proxies, AttestationRelay relay) {
        this.limits = limits;
        this.proxies = proxies;
        this.relay = relay;
    }

    /** Whether it may be answered; otherwise it has been. */
    boolean admit(Limit limit, HttpExchange exchange) throws IOException {
        var client = proxies.client(exchange.getRemoteAddress().getAddress(),
                exchange.getRequestHeaders().getOrDefault("X-Forwarded-For", List.of()));
        var wait = limits.take(limit, client);
        if (wait.isEmpty()) {
            return true;
        }
        long seconds = wait.get().plusMillis(999).toSeconds();
        var answer = relay.error(429, "too many " + limit.words() + " from your address; try again in " + seconds + " s");
        exchange.getResponseHeaders().set("Retry-After", "" + seconds);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(answer.status(), answer.body().length);
        exchange.getResponseBody().write(answer.body());
        return false;
    }
}
