package co.caution.gateway;

import co.caution.account.AccountException;
import co.caution.app.AppException;
import co.caution.cloud.CloudException;
import co.caution.paging.InvalidPageException;
import co.caution.sshkey.SshKeyException;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Errors as RFC 9457 problem details, in our own words, each with the request's id. */
@RestControllerAdvice
class Problems extends ResponseEntityExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    @ExceptionHandler
    ProblemDetail app(AppException e, HttpServletRequest request) {
        var status = switch (e) {
            case AppException.NotFound _, AppException.NoBuild _, AppException.NoRelease _, AppException.NoDeployment _ -> HttpStatus.NOT_FOUND;
            case AppException.Denied _ -> HttpStatus.FORBIDDEN;
            case AppException.Conflict _ -> HttpStatus.CONFLICT;
            case AppException.TooMany _ -> HttpStatus.TOO_MANY_REQUESTS;
            default -> HttpStatus.BAD_REQUEST;
        };
        return problem(status, e.getMessage(), request);
    }

    @ExceptionHandler
    ProblemDetail account(AccountException e, HttpServletRequest request) {
        var status = switch (e) {
            case AccountException.NotFound notFound -> HttpStatus.NOT_FOUND;
            case AccountException.Denied denied -> HttpStatus.FORBIDDEN;
            case AccountException.Conflict conflict -> HttpStatus.CONFLICT;
            case AccountException.NotSignedIn refused -> HttpStatus.UNAUTHORIZED;
            case AccountException.TooMany tooMany -> HttpStatus.TOO_MANY_REQUESTS;
            default -> HttpStatus.BAD_REQUEST;
        };
        return problem(status, e.getMessage(), request);
    }

    /** A client must tell these apart from what it may not do at all. */
    @ExceptionHandler
    ProblemDetail unproven(AccountException.Unproven e, HttpServletRequest request) {
        var problem = problem(HttpStatus.FORBIDDEN, e.getMessage(), request);
        problem.setProperty("code", e.code());
        return problem;
    }

    @ExceptionHandler
    ProblemDetail key(SshKeyException e, HttpServletRequest request) {
        return problem(HttpStatus.BAD_REQUEST, e.getMessage(), request);
    }

    @ExceptionHandler
    ProblemDetail cloud(CloudException e, HttpServletRequest request) {
        var status = switch (e) {
            case CloudException.NotFound _ -> HttpStatus.NOT_FOUND;
            case CloudException.Conflict _ -> HttpStatus.CONFLICT;
            default -> HttpStatus.BAD_REQUEST;
        };
        return problem(status, e.getMessage(), request);
    }

    @ExceptionHandler
    ProblemDetail illegal(IllegalRequestException e, HttpServletRequest request) {
        return problem(HttpStatus.BAD_REQUEST, e.getMessage(), request);
    }

    @ExceptionHandler
    ProblemDetail page(InvalidPageException e, HttpServletRequest request) {
        return problem(HttpStatus.BAD_REQUEST, e.getMessage(), request);
    }

    @ExceptionHandler
    ProblemDetail tooMany(TooManyCallsException e, HttpServletRequest request, HttpServletResponse response) {
        response.setHeader(HttpHeaders.RETRY_AFTER, "" + e.seconds());
        return problem(HttpStatus.TOO_MANY_REQUESTS, e.getMessage(), request);
    }

    /** Where a handler asks for a parameter that the firewall does not let through, or of a query that is none. */
    @ExceptionHandler({RequestRejectedException.class, InvalidParameterException.class})
    ProblemDetail notLetThrough(RuntimeException e, HttpServletRequest request) {
        return problem(HttpStatus.BAD_REQUEST, words(HttpStatus.BAD_REQUEST, request), request);
    }

    @ExceptionHandler
    ProblemDetail again(Idempotency.Refused e, HttpServletRequest request, HttpServletResponse response) {
        var problem = problem(e.status, e.getMessage(), request);
        problem.setProperty("code", e.code);
        if (e.made != null) {
            problem.setProperty("id", e.made);
        }
        if (e.code.equals("idempotency_in_progress")) {
            response.setHeader(HttpHeaders.RETRY_AFTER, "1");
        }
        return problem;
    }

    @ExceptionHandler
    ProblemDetail changed(Edited.Changed e, HttpServletRequest request) {
        var problem = problem(HttpStatus.PRECONDITION_FAILED, e.getMessage(), request);
        var current = new TreeMap<>(e.current);
        current.values().removeIf(Objects::isNull);
        problem.setProperty("current", current);
        return problem;
    }

    /** What is no id names nothing. */
    static final class NoSuchId extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoSuchId(String kind, String given) {
            super("There is no " + kind + " '" + given + "': give its whole id.");
        }
    }

    @ExceptionHandler
    ProblemDetail noId(MethodArgumentTypeMismatchException e, HttpServletRequest request) {
        if (!e.getParameter().hasParameterAnnotation(PathVariable.class)) {
            return problem(HttpStatus.BAD_REQUEST, "'" + e.getName() + "' must be "
                    + (e.getRequiredType() == boolean.class ? "true or false." : "a whole number that is not too large."), request);
        }
        return noId(new NoSuchId(e.getName(), String.valueOf(e.getValue())), request);
    }

    @ExceptionHandler
    ProblemDetail noId(NoSuchId e, HttpServletRequest request) {
        return problem(HttpStatus.NOT_FOUND, e.getMessage(), request);
    }

    /** What needs no database goes on meanwhile: live apps, and the challenges to them. */
    @ExceptionHandler({DataAccessResourceFailureException.class, TransientDataAccessException.class,
        CannotCreateTransactionException.class, TransactionSystemException.class})
    ProblemDetail databaseAway(Exception e, HttpServletRequest request, HttpServletResponse response) {
        LOG.warn("{} {} was not served: {}", request.getMethod(), request.getRequestURI(), e.getMessage());
        response.setHeader(HttpHeaders.RETRY_AFTER, "5");
        return problem(HttpStatus.SERVICE_UNAVAILABLE, "The platform's database cannot be reached just now. Apps that are live"
                + " go on; try again in a moment.", request);
    }

    @ExceptionHandler
    ProblemDetail unforeseen(RuntimeException e, HttpServletRequest request) {
        LOG.error("{} {} failed", request.getMethod(), request.getRequestURI(), e);
        return problem(HttpStatus.INTERNAL_SERVER_ERROR, "Something went wrong inside the platform; the server's log has"
                + " the details under the request's id.", request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        HttpServletRequest http = ((ServletWebRequest) request).getRequest();
        return ResponseEntity.status(status).headers(headers)
                .body(problem(status, StrictJson.words(e).orElseGet(() -> words(status, http)), http));
    }

    /** What the framework found wrong before any of our code saw the request. */
    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception e, Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        var web = (ServletWebRequest) request;
        if (web.getResponse() != null && web.getResponse().isCommitted()) {
            return null; // an answer was under way: nothing can be said any more
        }
        HttpServletRequest http = web.getRequest();
        if (status.is5xxServerError()) {
            LOG.error("{} {} failed", http.getMethod(), http.getRequestURI(), e);
        }
        return ResponseEntity.status(status).headers(headers).body(problem(status, words(status, http), http));
    }

    /** What to say where nothing but a status is known. */
    static String words(HttpStatusCode status, HttpServletRequest request) {
        return switch (status.value()) {
            case 400 -> "The request was not understood: its body is not the JSON object that this call takes, or a part of its"
                    + " address is wrong.";
            case 404 -> "There is nothing at this address.";
            case 405 -> "This address does not take " + method(request) + ".";
            case 406 -> "The answer is JSON, which the request does not accept.";
            case 411 -> "The request does not say how long its body is (Content-Length).";
            case 413 -> "The body is too large: no call here takes more than 64 KiB.";
            case 415 -> "The body must be JSON (Content-Type: application/json).";
            case 503 -> "The platform cannot do this now. Try again.";
            default -> status.is5xxServerError()
                    ? "Something went wrong inside the platform; the server's log has the details under the request's id."
                    : "The request was refused.";
        };
    }

    /** Of the request itself, where this is the second pass of one that was refused. */
    private static String method(HttpServletRequest request) {
        return request.getAttribute(RequestDispatcher.ERROR_METHOD) instanceof String method ? method : request.getMethod();
    }

    static ProblemDetail problem(HttpStatusCode status, String detail, HttpServletRequest request) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setProperty("request", request.getAttribute(RequestIdFilter.HEADER));
        return problem;
    }
}
