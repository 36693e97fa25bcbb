package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.app.PlatformSettings;
import jakarta.servlet.http.Cookie;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class SessionCookieTest {

    @Test
    void overHttpsItIsHeldToThisHostAndOthersAreNotRead() {
        var response = new MockHttpServletResponse();
        cookie("https://caution.example.org").set(response, "secret");
        assertThat(response.getHeader("Set-Cookie")).startsWith("__Host-caution=secret;").contains("; Path=/;", "; Secure", "; HttpOnly", "; SameSite=Strict")
                .doesNotContain("Domain");

        var request = new MockHttpServletRequest();
        request.setCookies(new Cookie(SessionCookie.NAME_ON_LOCALHOST, "thrown in by another page of this host"));
        assertThat(cookie("https://caution.example.org").of(request)).isEmpty();
        assertThat(cookie("http://localhost:8080").of(request)).isPresent();
    }

    private static SessionCookie cookie(String url) {
        return new SessionCookie(new PlatformSettings(Path.of("/nowhere"), "localhost", "127.0.0.1", "127.0.0.1", url, null, 1, 2, 3, 4, 1));
    }
}
