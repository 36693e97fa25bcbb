package co.caution.gateway;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request as OAuth writes it (RFC 6749, appendix B and section 3.1): in the body, as addresses end up in logs; each
 * parameter once, or two readers may take two values; one without a value is one that is not there.
 */
record OAuthForm(Map<String, String> fields) {

    /** Empty where it is none. */
    static Optional<OAuthForm> of(HttpServletRequest request) throws IOException {
        var fields = new HashMap<String, String>();
        if (request.getQueryString() != null) {
            return Optional.empty();
        }
        for (String field : new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split("&")) {
            String[] both = field.split("=", 2);
            try {
                String name = URLDecoder.decode(both[0], StandardCharsets.UTF_8);
                String value = both.length == 1 ? "" : URLDecoder.decode(both[1], StandardCharsets.UTF_8);
                if (!field.isEmpty() && fields.put(name, value) != null) {
                    return Optional.empty();
                }
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
        fields.values().removeIf(String::isEmpty);
        return Optional.of(new OAuthForm(fields));
    }

    @Nullable String get(String name) {
        return fields.get(name);
    }
}
