package co.caution.gateway;

import co.caution.account.InvalidAccountException;
import co.caution.app.AppException;
import jakarta.servlet.http.HttpServletRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Errors as RFC 9457 problem details, each with the request's id. */
@RestControllerAdvice
class Problems extends ResponseEntityExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    @ExceptionHandler
    ProblemDetail app(AppException e, HttpServletRequest request) {
        var status = switch (e) {
            case AppException.NotFound notFound -> HttpStatus.NOT_FOUND;
            case AppException.Conflict conflict -> HttpStatus.CONFLICT;
            default -> HttpStatus.BAD_REQUEST;
        };
        return problem(status, e.getMessage(), request.getAttribute(RequestIdFilter.HEADER));
    }

    @ExceptionHandler
    ProblemDetail account(InvalidAccountException e, HttpServletRequest request) {
        return problem(HttpStatus.BAD_REQUEST, e.getMessage(), request.getAttribute(RequestIdFilter.HEADER));
    }

    @ExceptionHandler
    ProblemDetail noId(MethodArgumentTypeMismatchException e, HttpServletRequest request) {
        return problem(HttpStatus.NOT_FOUND, "There is no " + e.getName() + " '" + e.getValue() + "': give its whole id.",
                request.getAttribute(RequestIdFilter.HEADER));
    }

    @ExceptionHandler
    ProblemDetail unforeseen(RuntimeException e, HttpServletRequest request) {
        LOG.error("{} {} failed", request.getMethod(), request.getRequestURI(), e);
        return problem(HttpStatus.INTERNAL_SERVER_ERROR, "Something went wrong inside the platform; the server's log has"
                + " the details under the request's id.", request.getAttribute(RequestIdFilter.HEADER));
    }

    @Override
    protected ResponseEntity<Object> createResponseEntity(
            Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (body instanceof ProblemDetail problem && request instanceof ServletWebRequest web) {
            problem.setProperty("request", web.getRequest().getAttribute(RequestIdFilter.HEADER));
        }
        return super.createResponseEntity(body, headers, status, request);
    }

    private static ProblemDetail problem(HttpStatus status, String detail, Object requestId) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setProperty("request", requestId);
        return problem;
    }
}
