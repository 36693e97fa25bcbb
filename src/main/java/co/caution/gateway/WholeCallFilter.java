package co.caution.gateway;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.web.servlet.FilterRegistration;
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
@FilterRegistration(enabled = false) // it belongs to the security chain alone
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
            // At the very end: the handler was through, and its work could not be committed. What it said of its answer went by the wrapper.
            response.setContentType(null);
            if (problems.resolveException(request, response, null, e) == null) {
                throw e;
            }
        }
    }
}
