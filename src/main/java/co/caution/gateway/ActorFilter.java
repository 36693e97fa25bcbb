package co.caution.gateway;

import co.caution.account.Tokens;
import co.caution.app.Apps;
import co.caution.audit.Acting;
import co.caution.audit.Actor;
import co.caution.words.Api;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.UUID;
import org.springframework.boot.web.servlet.FilterRegistration;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Says who acts, to whatever is done on behalf of this call; it comes after all that sign a call in. */
@Component
@FilterRegistration(enabled = false) // it belongs to the security chain alone
class ActorFilter extends OncePerRequestFilter {

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            Acting.as(actor(request), () -> {
                chain.doFilter(request, response);
                return true;
            });
        } catch (ServletException | IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new ServletException(e); // nothing else is declared
        }
    }

    private static Actor actor(HttpServletRequest request) {
        var nobody = Actor.nobody(String.valueOf(request.getAttribute(RequestIdFilter.HEADER)), request.getRemoteAddr());
        var in = SecurityContextHolder.getContext().getAuthentication();
        if (in == null) {
            return nobody;
        }
        if (request.getAttribute(InMemoryApi.CALLER) instanceof Api.Caller caller) {
            return nobody.known(caller.account(), caller.name(), Actor.By.SSH_KEY, caller.fingerprint());
        }
        if (request.getAttribute(Apps.CALLER) instanceof UUID caller) {
            return request.getAttribute(Tokens.CURRENT) instanceof UUID token
                    ? nobody.known(caller, in.getName(), Actor.By.TOKEN, token.toString())
                    : nobody.known(caller, in.getName(), Actor.By.SESSION, String.valueOf(request.getAttribute(SessionFilter.SESSION)));
        }
        return in.getAuthorities().stream().anyMatch(role -> TokenFilter.ADMIN.equals(role.getAuthority()))
                ? nobody.known(null, "operator", Actor.By.OPERATOR, null)
                : nobody;
    }
}
