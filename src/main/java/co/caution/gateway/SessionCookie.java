package co.caution.gateway;

import co.caution.account.Sessions;
import co.caution.app.PlatformSettings;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.stereotype.Component;

/**
 * A browser's session. {@code __Host-} makes browsers hold it to this very host, over TLS; that takes https, so a server
 * that people reach as {@code http://localhost} uses another name, without that promise.
 */
@Component
class SessionCookie {

    static final String NAME = "__Host-caution";
    static final String NAME_ON_LOCALHOST = "caution-localhost";

    private final boolean https;

    SessionCookie(PlatformSettings settings) {
        this.https = settings.publicUrl().startsWith("https:");
    }

    Optional<String> of(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        return cookies == null ? Optional.empty()
                : Arrays.stream(cookies).filter(cookie -> cookie.getName().equals(name())).map(Cookie::getValue).findFirst();
    }

    void set(HttpServletResponse response, String secret) {
        write(response, secret, Sessions.LONGEST);
    }

    void clear(HttpServletResponse response) {
        write(response, "", Duration.ZERO);
    }

    private void write(HttpServletResponse response, String value, Duration life) {
        response.addHeader(HttpHeaders.SET_COOKIE, ResponseCookie.from(name(), value)
                .path("/").httpOnly(true).secure(https).sameSite("Strict").maxAge(life).build().toString());
    }

    private String name() {
        return https ? NAME : NAME_ON_LOCALHOST;
    }
}
