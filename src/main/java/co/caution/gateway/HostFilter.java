package co.caution.gateway;

import co.caution.account.LoginOrigins;
import co.caution.app.PlatformSettings;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Answers to its own names alone. A page of a stranger's whose name leads to this machine (DNS rebinding) calls the server by that
 * name, and would read what it says. Whoever watches it calls it by whatever address it has, and learns nothing by that.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
class HostFilter extends OncePerRequestFilter {

    private static final Set<String> UNDER_ANY_NAME = Set.of("/health", "/health/live", "/health/ready", "/metrics");

    private final Set<String> names = new HashSet<>(List.of("localhost", "127.0.0.1", "[::1]"));
    private final Refusals refusals;

    HostFilter(PlatformSettings settings, LoginOrigins origins, Refusals refusals) {
        this.refusals = refusals;
        names.addAll(origins.names());
        // The operator's commands on this very machine.
        names.add(settings.bind().contains(":") ? "[" + settings.bind() + "]" : settings.bind());
        names.add(settings.host());
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        // HTTP/1.0 needs none; without it the container would take the name that the machine has for itself.
        String host = request.getHeader("Host") == null && !request.getProtocol().equals("HTTP/2.0") ? "" : request.getServerName();
        if (names.contains(host.toLowerCase(Locale.ROOT)) || UNDER_ANY_NAME.contains(request.getRequestURI())) {
            chain.doFilter(request, response);
        } else {
            refusals.answer(request, response, HttpStatus.MISDIRECTED_REQUEST, "This server does not go by that name. Call it by one of its"
                    + " own, or have its operator add that one: caution.origins.");
        }
    }
}
