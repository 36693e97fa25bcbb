package co.caution.gateway;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;

/** What every answer carries, also one that is made before Spring Security sees the request, or without it. */
final class SafeHeaders {

    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy", SecurityConfiguration.CONTENT,
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Opener-Policy", "same-origin");

    private SafeHeaders() {}

    static void set(HttpServletResponse response) {
        HEADERS.forEach(response::setHeader);
    }
}
