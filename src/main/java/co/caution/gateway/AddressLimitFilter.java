package co.caution.gateway;

import co.caution.client.Limit;
import co.caution.client.RateLimits;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Counts calls by address before anything is looked up for them: guessed tokens count, too. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 2)
class AddressLimitFilter extends OncePerRequestFilter {

    private final RateLimits limits;
    private final Refusals refusals;

    AddressLimitFilter(RateLimits limits, Refusals refusals) {
        this.limits = limits;
        this.refusals = refusals;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<Limit> limit = RouteLimits.of(request);
        var wait = limit.flatMap(found -> limits.take(found, InetAddress.ofLiteral(request.getRemoteAddr())));
        if (wait.isPresent()) {
            refusals.tooMany(request, response, new TooManyCallsException(limit.get(), "your address", limits.ofAddress(limit.get()), wait.get()));
        } else {
            chain.doFilter(request, response);
        }
    }
}
