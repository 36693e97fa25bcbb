package co.caution.logs;

import co.caution.app.PlatformSettings;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;

/** In each service of a run of tests: writes down every secret that goes in or out over HTTP or lies in its home, to be looked for later. */
@AutoConfiguration
@ConditionalOnProperty(TestLogs.PROPERTY)
class SecretsRecorder {

    /** Of bodies: what people or programs are to keep to themselves. */
    private static final Pattern FIELD = Pattern.compile(
            "\"(?:token|secret|challenge|nonce|signature|device_code|proof|credential)\"\\s*:\\s*\"([^\"]{16,})\"");
    private static final Pattern LINK = Pattern.compile("#([A-Za-z0-9_-]{16,})");
    private static final Pattern COOKIE = Pattern.compile("=([A-Za-z0-9_-]{16,})");

    @Bean
    FilterRegistrationBean<OncePerRequestFilter> secretsOfCalls() {
        var registration = new FilterRegistrationBean<OncePerRequestFilter>(new OncePerRequestFilter() {
            @Override
            protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                    throws ServletException, IOException {
                if (!request.getMethod().equals("POST")) {
                    chain.doFilter(request, response);
                    given(request, response);
                    return;
                }
                var answer = new ContentCachingResponseWrapper(response);
                try {
                    chain.doFilter(request, answer);
                } finally {
                    String body = new String(answer.getContentAsByteArray(), StandardCharsets.UTF_8);
                    all(FIELD, body);
                    all(LINK, body);
                    given(request, response);
                    answer.copyBodyToResponse();
                }
            }
        });
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }

    private static void given(HttpServletRequest request, HttpServletResponse response) {
        String authorization = request.getHeader("Authorization");
        if (authorization != null && authorization.startsWith("Bearer ")) {
            TestLogs.mustNotHold(authorization.substring("Bearer ".length()).strip());
        }
        response.getHeaders("Set-Cookie").forEach(cookie -> all(COOKIE, cookie.split(";", 2)[0]));
        if (request.getAttribute("caution.body") instanceof byte[] body) {
            all(FIELD, new String(body, StandardCharsets.UTF_8));
        }
    }

    private static void all(Pattern pattern, String text) {
        pattern.matcher(text).results().forEach(found -> TestLogs.mustNotHold(found.group(1)));
    }

    @Bean
    ApplicationListener<ApplicationReadyEvent> secretsOfHome(PlatformSettings settings) {
        return ready -> {
            try (Stream<Path> files = Files.walk(settings.home(), 2)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    secrets(file).forEach(TestLogs::mustNotHold);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private static List<String> secrets(Path file) throws IOException {
        String content = Files.size(file) > 10_000 ? "" : Files.readString(file, StandardCharsets.ISO_8859_1);
        String name = file.getFileName().toString();
        if (name.equals("password") || name.equals("metrics-token")) {
            return List.of(content.strip());
        }
        if (name.equals("admin.json")) {
            return FIELD.matcher(content).results().map(found -> found.group(1)).toList();
        }
        return content.contains("PRIVATE KEY") ? content.lines().filter(line -> !line.contains("---") && line.length() > 20).toList() : List.of();
    }
}
