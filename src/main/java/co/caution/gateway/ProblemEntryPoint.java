package co.caution.gateway;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Says in words that a token is missing or wrong. */
@Component
class ProblemEntryPoint implements AuthenticationEntryPoint {

    private final JsonMapper json;

    ProblemEntryPoint(JsonMapper json) {
        this.json = json;
    }

    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException e)
            throws IOException {
        response.setStatus(401);
        response.setHeader("WWW-Authenticate", "Bearer");
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.getOutputStream().write(json.writeValueAsBytes(Map.of(
                "title", "Unauthorized",
                "status", 401,
                "detail", "No valid token. Ask the operator for one (caution admin add-user), then: caution login --token TOKEN",
                "request", String.valueOf(request.getAttribute(RequestIdFilter.HEADER)))));
    }
}
