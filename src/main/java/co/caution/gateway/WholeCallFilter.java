package co.caution.gateway;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Makes ready for a {@link CallTransaction} where a call's headers ask for one. What only reads is never among them, whatever it carries:
 * its answer may be an image or have no end, and is not to be collected in memory.
 */
@Component
class WholeCallFilter extends OncePerRequestFilter {

    private final PlatformTransactionManager transactions;
    private final HandlerExceptionResolver problems;

    WholeCallFilter(PlatformTransactionManager transactions, @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        this.transactions = transactions;
        this.problems = problems;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return switch (request.getMethod()) {
            case "POST" -> request.getHeader(Idempotency.KEY) == null;
            case "PATCH", "DELETE" -> request.getHeader(HttpHeaders.IF_MATCH) == null;
            default -> true;
        };
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            CallTransaction.around(request, response, chain, transactions);
        } catch (RuntimeException e) {
            // At the very end: the handler was through, and its work could not be committed.
            if (problems.resolveException(request, response, null, e) == null) {
                throw e;
            }
        }
    }

    /** It belongs to the security chain alone. */
    @org.springframework.context.annotation.Configuration(proxyBeanMethods = false)
    static class Registration {
        @Bean
        FilterRegistrationBean<WholeCallFilter> wholeCallFilterRegistration(WholeCallFilter filter) {
            var registration = new FilterRegistrationBean<>(filter);
            registration.setEnabled(false);
            return registration;
        }
    }
}
