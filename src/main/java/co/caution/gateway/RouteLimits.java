package co.caution.gateway;

import co.caution.client.Limit;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** Which limit a call falls under. */
final class RouteLimits {

    private static final String FOUND = RouteLimits.class.getName();

    private record Parsed(Routes.Route route, PathPattern pattern) {}

    /** A balancer asks these all the time, and whoever cannot ask believes the service to be dead. */
    private static final Set<String> NEVER = Set.of("/health/live", "/health/ready");
    private static final Set<String> DOWNLOADS = Set.of("/api/apps/{app}/releases/{number}/eif",
            "/.well-known/caution/enclaveos/{digest}/{file}", "/api/admin/backup", "/api/organizations/{organization}/audit/export",
            "/api/admin/audit/export");
    private static final Set<String> CHALLENGES = Set.of("/api/apps/{app}/attestation");

    private static final List<Parsed> ROUTES = Routes.ALL.stream()
            .map(route -> new Parsed(route, PathPatternParser.defaultInstance.parse(route.pattern())))
            .toList();

    private RouteLimits() {}

    /** Found once for a call, however many ask. */
    static Optional<Limit> of(HttpServletRequest request) {
        if (request.getAttribute(FOUND) instanceof Optional<?> found) {
            return found.map(Limit.class::cast);
        }
        var limit = find(request);
        request.setAttribute(FOUND, limit);
        return limit;
    }

    private static Optional<Limit> find(HttpServletRequest request) {
        String path = request.getRequestURI();
        if (NEVER.contains(path)) {
            return Optional.empty();
        }
        var parsed = PathContainer.parsePath(path);
        // HEAD is answered by what answers GET, with all of its work.
        String verb = request.getMethod().equals(HttpMethod.HEAD.name()) ? HttpMethod.GET.name() : request.getMethod();
        return Optional.of(ROUTES.stream()
                .filter(route -> route.route().method().matches(verb) && route.pattern().matches(parsed))
                .map(route -> of(route.route()))
                .findFirst()
                .orElseGet(() -> read(verb) ? Limit.READS : Limit.WRITES));
    }

    static Limit of(Routes.Route route) {
        if (CHALLENGES.contains(route.pattern())) {
            return Limit.CHALLENGES;
        }
        if (DOWNLOADS.contains(route.pattern())) {
            return Limit.DOWNLOADS;
        }
        boolean read = read(route.method().name());
        return !read && route.access() instanceof Access.Anyone ? Limit.ENTERING : read ? Limit.READS : Limit.WRITES;
    }

    private static boolean read(String method) {
        return method.equals(HttpMethod.GET.name());
    }
}
