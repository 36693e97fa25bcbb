package co.caution.gateway;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Problem details from filters, where no handler was chosen yet. */
@Component
class Refusals {

    private final JsonMapper json;

    Refusals(JsonMapper json) {
        this.json = json;
    }

    void tooMany(HttpServletRequest request, HttpServletResponse response, TooManyCallsException e) throws IOException {
        response.setHeader(HttpHeaders.RETRY_AFTER, "" + e.seconds());
        answer(request, response, HttpStatus.TOO_MANY_REQUESTS, String.valueOf(e.getMessage()));
    }

    void answer(HttpServletRequest request, HttpServletResponse response, HttpStatus status, String detail) throws IOException {
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setStatus(status.value());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.getOutputStream().write(json.writeValueAsBytes(Problems.problem(status, detail, request)));
    }
}
