package co.caution.gateway;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Makes ready for a {@link CallTransaction} where a call's headers ask for one, and keeps the body to be read twice. */
@Component
class WholeCallFilter extends OncePerRequestFilter {

    /** The request attribute that holds the body's bytes. */
    static final String BODY = "caution.body";

    private final PlatformTransactionManager transactions;
    private final HandlerExceptionResolver problems;

    WholeCallFilter(PlatformTransactionManager transactions, @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        this.transactions = transactions;
        this.problems = problems;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getHeader(Idempotency.KEY) == null && request.getHeader(HttpHeaders.IF_MATCH) == null;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        byte[] body = request.getInputStream().readAllBytes(); // BodyLimitFilter says how long it may be
        request.setAttribute(BODY, body);
        try {
            CallTransaction.around(new Again(request, body), response, chain, transactions);
        } catch (RuntimeException e) {
            // At the very end: the handler was through, and its work could not be committed.
            if (problems.resolveException(request, response, null, e) == null) {
                throw e;
            }
        }
    }

    private static final class Again extends HttpServletRequestWrapper {

        private final byte[] body;

        Again(HttpServletRequest request, byte[] body) {
            super(request);
            this.body = body;
        }

        @Override
        public BufferedReader getReader() {
            return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
        }

        @Override
        public ServletInputStream getInputStream() {
            var bytes = new ByteArrayInputStream(body);
            return new ServletInputStream() {
                @Override
                public int read() {
                    return bytes.read();
                }

                @Override
                public int read(byte[] into, int from, int length) {
                    return bytes.read(into, from, length);
                }

                @Override
                public boolean isFinished() {
                    return bytes.available() == 0;
                }

                @Override
                public boolean isReady() {
                    return true;
                }

                @Override
                public void setReadListener(ReadListener listener) {
                    throw new UnsupportedOperationException("it is all here already");
                }
            };
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
