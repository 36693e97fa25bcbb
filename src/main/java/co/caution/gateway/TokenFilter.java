package co.caution.gateway;

import co.caution.account.Grant;
import co.caution.account.Tokens;
import co.caution.app.Apps;
import co.caution.words.Api;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.web.servlet.FilterRegistration;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Signs a call in by {@code Authorization: Bearer <token>} (RFC 6750), or by the SSH key that it came by. */
@Component
@FilterRegistration(enabled = false) // it belongs to the security chain alone
class TokenFilter extends OncePerRequestFilter {

    static final String USER = "user";
    static final String ADMIN = "admin";
    static final String METRICS = "metrics";
    private static final String BEARER = "Bearer ";

    private final Tokens tokens;
    private final AdminToken admin;
    private final MetricsToken metrics;
    private final HandlerExceptionResolver problems;

    TokenFilter(
            Tokens tokens,
            AdminToken admin,
            MetricsToken metrics,
            @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        this.problems = problems;
        this.tokens = tokens;
        this.admin = admin;
        this.metrics = metrics;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (request.getAttribute(InMemoryApi.CALLER) instanceof Api.Caller caller) {
            request.setAttribute(Apps.CALLER, caller.account());
            request.setAttribute(Grant.ATTRIBUTE, Grant.ALL);
            signIn(caller.name(), USER);
        } else if (header != null && header.startsWith(BEARER)) {
            String token = header.substring(BEARER.length()).strip();
            if (admin.matches(token)) {
                signIn("operator", ADMIN);
            } else if (metrics.matches(token)) {
                signIn("metrics", METRICS);
            } else {
                try {
                    tokens.find(token).ifPresent(caller -> {
                        request.setAttribute(Apps.CALLER, caller.account().id());
                        request.setAttribute(Tokens.CURRENT, caller.token());
                        request.setAttribute(Grant.ATTRIBUTE, caller.grant());
                        signIn(caller.account().name(), USER);
                    });
                } catch (DataAccessException e) {
                    problems.resolveException(request, response, null, e);
                    return;
                }
            }
        }
        chain.doFilter(request, response);
    }

    static void signIn(String name, String role) {
        SecurityContextHolder.getContext().setAuthentication(UsernamePasswordAuthenticationToken.authenticated(
                name, null, List.of(new SimpleGrantedAuthority(role))));
    }
}
