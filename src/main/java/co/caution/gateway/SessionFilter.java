package co.caution.gateway;

import co.caution.account.Grant;
import co.caution.account.LoginOrigins;
import co.caution.account.Sessions;
import co.caution.app.Apps;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.web.servlet.FilterRegistration;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Signs a browser's call in by its cookie and the secret that its page keeps. Browsers add cookies to what other sites make them send, too, but say in
 * {@code Origin} who that was: a write is taken from our own pages alone.
 */
@Component
@FilterRegistration(enabled = false) // it belongs to the security chain alone
class SessionFilter extends OncePerRequestFilter {

    /** The request attribute that holds the id of the session which a call carries. */
    static final String SESSION = "caution.session";

    /** The header with the secret that our pages keep beside the cookie: see {@link Sessions}. */
    static final String PAGE = "Caution-Session";

    private static final List<String> READS = List.of("GET", "HEAD");

    private final Sessions sessions;
    private final SessionCookie cookie;
    private final LoginOrigins origins;
    private final ProblemEntryPoint refusals;
    private final HandlerExceptionResolver problems;

    SessionFilter(Sessions sessions, SessionCookie cookie, LoginOrigins origins, ProblemEntryPoint refusals,
            @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        this.sessions = sessions;
        this.cookie = cookie;
        this.origins = origins;
        this.refusals = refusals;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var secret = request.getHeader(HttpHeaders.AUTHORIZATION) == null ? cookie.of(request) : Optional.<String>empty();
        if (secret.isPresent()) {
            if (!READS.contains(request.getMethod()) && !fromOurPages(request)) {
                refusals.handle(request, response, new AccessDeniedException("a write from another site"));
                return;
            }
            try {
                String page = request.getHeader(PAGE);
                sessions.find(secret.get(), page == null ? "" : page).ifPresent(caller -> {
                    request.setAttribute(Apps.CALLER, caller.account());
                    request.setAttribute(SESSION, caller.session());
                    request.setAttribute(Grant.ATTRIBUTE, Grant.ALL);
                    TokenFilter.signIn(caller.name(), TokenFilter.USER);
                });
            } catch (DataAccessException e) {
                problems.resolveException(request, response, null, e);
                return;
            }
        }
        chain.doFilter(request, response);
    }

    private boolean fromOurPages(HttpServletRequest request) {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        String site = request.getHeader("Sec-Fetch-Site");
        return origin != null && origins.contains(origin) && (site == null || site.equals("same-origin"));
    }
}
