package co.caution.gateway;

import co.caution.app.Apps;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyAdvice;

/**
 * Entity tags of what several people edit (RFC 9110, 8.8.3, 13.1): {@code "<version>.<digest>"}. The version changes with
 * each edit, the digest with anything that the answer shows: a GET is answered with 304 where both are the same, and an edit with
 * {@code If-Match} is done where the version is, whatever else has moved meanwhile.
 */
@ControllerAdvice
class Edited implements HandlerInterceptor, WebMvcConfigurer, ResponseBodyAdvice<Object> {

    /**
     * @param lock taken first: the row that its handlers lock first, too, so that two never wait for each other
     * @param state the version, and what is edited
     */
    record Kind(String what, String lock, String state) {}

    /** By the pattern of the one thing's own address. */
    static final Map<String, Kind> KINDS = Map.of(
            "/api/apps/{app}", new Kind("app", "select id from app where id = :app::uuid for no key update",
                    "select version, name, regexp_replace(deploy_branch, '^refs/heads/', '') as deploy_branch from app"
                            + " where id = :app::uuid and destroyed_at is null"),
            "/api/organizations/{organization}/members/{member}", new Kind("member",
                    "select id from organization where id = :owner for no key update", """
                    select m.version, a.name, lower(m.role) as role from membership m join account a on a.id = m.account_id
                    where m.organization_id = :owner and a.name = :member"""),
            "/api/passkeys/{passkey}", new Kind("passkey", "select id from account where id = :caller for no key update",
                    "select version, name from passkey where id::text = :passkey and account_id = :caller"));

    private static final String VERSION = "caution.version";
    private static final Pattern TAG = Pattern.compile("(?:W/)?\"[!#-~]*\"");

    private final JdbcClient jdbc;

    Edited(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Behind the gate: what is another organization's has no state to name. */
    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this).order(Integer.MAX_VALUE - 1);
    }

    /** Somebody else edited it first. */
    static final class Changed extends RuntimeException {

        private static final long serialVersionUID = 1;
        final transient Map<String, Object> current;

        Changed(String what, Map<String, Object> current) {
            super("This " + what + " was changed after you read it. Read it again, and make your change to what it is now.");
            this.current = current;
        }
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        Kind kind = KINDS.get(String.valueOf(request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE)));
        if (kind == null) {
            return true;
        }
        switch (request.getMethod()) {
            // Read before what is shown: an edit in between makes the tag too old, which only costs another read.
            case "GET", "HEAD" -> state(kind, request).ifPresent(state -> request.setAttribute(VERSION, state.get("version")));
            case "PATCH", "DELETE" -> {
                if (request.getHeader(HttpHeaders.IF_MATCH) != null) {
                    require(kind, request);
                }
            }
            default -> {}
        }
        return true;
    }

    private void require(Kind kind, HttpServletRequest request) {
        var tags = tags(request, HttpHeaders.IF_MATCH);
        // To end an app is to wait for its enclave, which nobody does holding a row: there it is asked in the transaction that marks it.
        if (request.getMethod().equals("DELETE") && kind.what().equals("app")) {
            request.setAttribute(Apps.AS_SEEN, (Runnable) () -> require(kind, tags, request));
            return;
        }
        CallTransaction.of(request).begin();
        bound(kind.lock(), request).query().listOfRows();
        require(kind, tags, request);
    }

    private void require(Kind kind, List<String> tags, HttpServletRequest request) {
        state(kind, request).ifPresent(state -> { // what is not there is the handler's to say
            String version = state.get("version").toString();
            if (tags.stream().noneMatch(tag -> tag.equals("*") || tag.startsWith("\"" + version + ".") || tag.equals("\"" + version + "\""))) {
                throw new Changed(kind.what(), state);
            }
        });
    }

    private static List<String> tags(HttpServletRequest request, String name) {
        String header = String.join(",", Collections.list(request.getHeaders(name))).strip();
        if (header.equals("*")) {
            return List.of("*");
        }
        var tags = List.of(header.split("\\s*,\\s*"));
        if (!tags.stream().allMatch(tag -> TAG.matcher(tag).matches())) {
            throw new IllegalRequestException(name + " holds entity tags, in quotation marks as an ETag header gave them, or *.");
        }
        return tags;
    }

    private Optional<Map<String, Object>> state(Kind kind, HttpServletRequest request) {
        return bound(kind.state(), request).query().listOfRows().stream().findFirst();
    }

    @SuppressWarnings("unchecked")
    private JdbcClient.StatementSpec bound(String sql, HttpServletRequest request) {
        var statement = jdbc.sql(sql).param("caller", request.getAttribute(Apps.CALLER))
                .params((Map<String, String>) request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE));
        return request.getAttribute(Apps.OWNER) instanceof Apps.Owner owner ? statement.param("owner", owner.id()) : statement;
    }

    @Override
    public boolean supports(MethodParameter method, Class<? extends HttpMessageConverter<?>> converter) {
        return true;
    }

    @Override
    public @Nullable Object beforeBodyWrite(@Nullable Object body, MethodParameter method, MediaType type,
            Class<? extends HttpMessageConverter<?>> converter, ServerHttpRequest request, ServerHttpResponse response) {
        if (body != null && body.getClass().isRecord() && request instanceof ServletServerHttpRequest http
                && http.getServletRequest().getAttribute(VERSION) instanceof UUID version) {
            String tag = tag(version, body);
            var tags = http.getServletRequest().getHeader(HttpHeaders.IF_NONE_MATCH) == null ? List.<String>of()
                    : tags(http.getServletRequest(), HttpHeaders.IF_NONE_MATCH);
            response.getHeaders().setETag(tag);
            if (tags.stream().anyMatch(known ->
                    known.equals("*") || known.equals(tag) || known.equals("W/" + tag))) {
                response.setStatusCode(HttpStatus.NOT_MODIFIED);
                return null;
            }
        }
        return body;
    }

    private static String tag(UUID version, Object view) {
        return "\"" + version + "." + HexFormat.of().formatHex(KeptAnswers.sha256(view.toString()), 0, 8) + "\"";
    }
}
