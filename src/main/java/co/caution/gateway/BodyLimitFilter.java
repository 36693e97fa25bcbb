package co.caution.gateway;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses bodies that are too long, and has read all of the others before anything works on the call: whoever sends one byte at a time
 * holds no connection to the database meanwhile, and not for long.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 3)
class BodyLimitFilter extends OncePerRequestFilter {

    /** For what nobody signed in for, which is a question of a few fields. */
    private static final int SMALL = 16 * 1024;
    static final int MOST = 64 * 1024;

    private final Duration time;
    private final Refusals refusals;

    BodyLimitFilter(HttpLimits limits, Refusals refusals) {
        this.time = limits.requestTime();
        this.refusals = refusals;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        long length = request.getContentLengthLong();
        int most = RouteLimits.of(request).map(limit -> switch (limit) {
            case CHALLENGES, ENTERING -> SMALL;
            default -> MOST;
        }).orElse(0);
        if (length > most) {
            refuse(request, response, HttpStatus.CONTENT_TOO_LARGE, "The body is too large: this call takes no more than " + most / 1024 + " KiB.");
        } else if (request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null) {
            refuse(request, response, HttpStatus.LENGTH_REQUIRED, Problems.words(HttpStatus.LENGTH_REQUIRED, request));
        } else if (request.getContentType() != null && request.getContentType().contains("*")) {
            // No kind at all, which the framework takes for an error of ours.
            refuse(request, response, HttpStatus.UNSUPPORTED_MEDIA_TYPE, Problems.words(HttpStatus.UNSUPPORTED_MEDIA_TYPE, request));
        } else {
            var body = read(request.getInputStream(), (int) Math.max(0, length));
            if (body.isPresent()) {
                chain.doFilter(new WholeBody(request, body.get()), response);
            } else {
                refuse(request, response, HttpStatus.REQUEST_TIMEOUT, "The body did not come within " + time.toSeconds() + " s.");
            }
        }
    }

    /** What was not read of the body would be taken for the next request. */
    private void refuse(HttpServletRequest request, HttpServletResponse response, HttpStatus status, String why) throws IOException {
        response.setHeader(HttpHeaders.CONNECTION, "close");
        refusals.answer(request, response, status, why);
    }

    private Optional<byte[]> read(InputStream in, int length) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        var body = new ByteArrayOutputStream();
        var part = new byte[8192];
        while (body.size() < length) {
            int n = in.read(part, 0, Math.min(part.length, length - body.size()));
            if (n < 0 || System.nanoTime() - end > 0) {
                return Optional.empty();
            }
            body.write(part, 0, n);
        }
        return Optional.of(body.toByteArray());
    }
}
