package co.caution.paging;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Part of a list.
 *
 * @param next the cursor of the page after this one; null where nothing comes after it
 */
public record Page<T>(List<T> items, @Nullable String next) {

    /**
     * The answer to a call: a JSON array and, while there is more, where that is, as {@code Link: <…>; rel="next"} (RFC 8288).
     * The address is relative to the server: what a request calls the server is not to be trusted.
     */
    public <V> ResponseEntity<List<V>> answer(Function<T, V> view, HttpServletRequest request) {
        var answer = ResponseEntity.ok();
        if (next != null) {
            answer.header(HttpHeaders.LINK, "<" + UriComponentsBuilder.fromPath(request.getRequestURI())
                    .query(request.getQueryString())
                    .replaceQueryParam(PageRequest.CURSOR, next)
                    .build() + ">; rel=\"next\"");
        }
        return answer.body(items.stream().map(view).toList());
    }
}
