package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletResponse;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** Which answers are collected in memory before any of them is sent. */
class WholeCallFilterTest {

    @CsvSource({
        "GET, If-Match, false", "GET, Idempotency-Key, false", "HEAD, If-Match, false", "POST, If-Match, false",
        "POST, Idempotency-Key, true", "PATCH, If-Match, true", "DELETE, If-Match, true", "DELETE, Idempotency-Key, false"})
    @ParameterizedTest
    void onlyThoseOfCallsThatMakeOrEdit(String method, String header, boolean collected) throws Exception {
        var request = new MockHttpServletRequest(method, "/.well-known/caution/enclaveos/0/kernel");
        request.addHeader(header, "\"a\"");
        var answer = new MockHttpServletResponse();
        var handled = new AtomicReference<HttpServletResponse>();
        new WholeCallFilter(new DataSourceTransactionManager(), (_, _, _, _) -> null)
                .doFilter(request, answer, (_, response) -> handled.set((HttpServletResponse) response));
        assertThat(handled.get() != answer).isEqualTo(collected);
    }
}
