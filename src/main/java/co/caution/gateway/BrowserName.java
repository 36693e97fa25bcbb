package co.caution.gateway;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.http.HttpHeaders;

/** What to call a browser in the list of sessions, from what it says of itself: "Firefox on Linux". */
final class BrowserName {

    /** Those that also call themselves something else come first. */
    private static final List<String> BROWSERS = List.of("Firefox", "Edg", "OPR", "Chrome", "Safari");
    private static final List<String> SYSTEMS = List.of("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux");

    private BrowserName() {}

    static String of(HttpServletRequest request) {
        String agent = request.getHeader(HttpHeaders.USER_AGENT);
        return agent == null ? "a browser" : first(BROWSERS, agent, "a browser").replace("Edg", "Edge").replace("OPR", "Opera") + first(SYSTEMS, agent, "").replaceAll("^(?=.)", " on ");
    }

    private static String first(List<String> names, String agent, String otherwise) {
        return names.stream().filter(agent::contains).findFirst().orElse(otherwise);
    }
}
