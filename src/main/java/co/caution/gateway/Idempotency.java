package co.caution.gateway;

import co.caution.app.Apps;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.databind.json.JsonMapper;

/**
 * Calls that make something are made once, however often they are sent: whoever does not know whether a call arrived sends it
 * again with the same key, and gets the first answer. That is kept in the transaction of what it answers: a call that broke off,
 * or was refused, has left neither, and its key is free.
 */
@Component
class Idempotency implements HandlerInterceptor, WebMvcConfigurer {

    static final String KEY = "Idempotency-Key";
    static final String REPLAYED = "Idempotency-Replayed";

    /** Whether what a call answers may lie in the database as it is. */
    enum Answers {
        /** It may. */
        PLAIN,
        /** It holds a secret, which is shown once and kept nowhere. */
        SECRET
    }

    /** The calls that make something. Others make nothing, or take a challenge, and so do nothing when they come twice. */
    static final Map<String, Answers> CREATING = Map.of(
            "/api/apps", Answers.PLAIN,
            "/api/account/ssh-keys", Answers.PLAIN,
            "/api/account/tokens", Answers.SECRET,
            // Its work is a worker's, once this is committed: asked for twice, it is followed twice, and refused where it runs already.
            "/api/apps/{app}/deployments", Answers.PLAIN,
            "/api/organizations", Answers.PLAIN,
            "/api/organizations/{organization}/cloud-accounts", Answers.PLAIN,
            "/api/organizations/{organization}/invitations", Answers.SECRET);

    private static final JsonMapper JSON = new JsonMapper();

    private final KeptAnswers kept;

    Idempotency(KeptAnswers kept) {
        this.kept = kept;
    }

    /** Last of all: what is permitted, and proven, is found out before. */
    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this).order(Integer.MAX_VALUE);
    }

    /** A refusal that a client tells from others by its code. */
    static final class Refused extends RuntimeException {

        private static final long serialVersionUID = 1;
        final transient HttpStatus status;
        final String code;
        final transient @Nullable String made;

        Refused(HttpStatus status, String code, String message, @Nullable String made) {
            super(message);
            this.status = status;
            this.code = code;
            this.made = made;
        }
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) throws IOException {
        if (!request.getMethod().equals("POST") || request.getHeader(KEY) == null) {
            return true;
        }
        Answers answers = CREATING.get(String.valueOf(request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE)));
        if (answers == null || !(request.getAttribute(Apps.CALLER) instanceof UUID account)) {
            throw new IllegalRequestException("This call takes no " + KEY + ": it makes nothing that is there twice when it comes twice.");
        }
        String key = key(request);
        var here = CallTransaction.of(request);
        here.begin();
        if (!kept.hold(account, key)) {
            throw new Refused(HttpStatus.CONFLICT, "idempotency_in_progress",
                    "A call with this " + KEY + " is at work. Send it again in a moment, and you get its answer.", null);
        }
        byte[] asked = asked(request);
        var known = kept.find(account, key);
        if (known.isPresent()) {
            here.rollBack();
            replay(known.get(), asked, response);
            return false;
        }
        here.afterwards((status, body) -> kept.keep(account, key, switch (answers) {
            case PLAIN -> new KeptAnswers.Answer(asked, status, body, null);
            case SECRET -> new KeptAnswers.Answer(asked, status, null, JSON.readTree(body).path("id").asString(null));
        }));
        return true;
    }

    private static void replay(KeptAnswers.Answer known, byte[] asked, HttpServletResponse response) throws IOException {
        if (!Arrays.equals(known.request(), asked)) {
            throw new Refused(HttpStatus.UNPROCESSABLE_CONTENT, "idempotency_key_reused", "This " + KEY
                    + " was sent with another call, or another body, in the last " + KeptAnswers.KEPT.toHours() + " hours. Take a new one for each.", null);
        }
        if (known.body() == null) {
            throw new Refused(HttpStatus.CONFLICT, "idempotency_answer_not_kept", "This was done when it was sent first. The answer held a"
                    + " secret, which is shown once and was not kept: remove what was made, and make another with another " + KEY + ".",
                    known.made());
        }
        response.setHeader(REPLAYED, "true");
        response.setStatus(known.status());
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.getOutputStream().write(known.body().getBytes(StandardCharsets.UTF_8));
    }

    private static String key(HttpServletRequest request) {
        var keys = Collections.list(request.getHeaders(KEY));
        if (keys.size() != 1 || !keys.getFirst().matches("[!-~]{1,255}")) {
            throw new IllegalRequestException("The " + KEY + " must be one, of 1 to 255 visible ASCII characters: a new UUID, for example.");
        }
        return keys.getFirst();
    }

    private static byte[] asked(HttpServletRequest request) {
        byte[] body = (byte[]) request.getAttribute(WholeBody.BODY);
        return KeptAnswers.sha256(request.getMethod(), request.getRequestURI(), String.valueOf(request.getQueryString()),
                HexFormat.of().formatHex(body));
    }
}
