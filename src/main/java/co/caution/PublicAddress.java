package co.caution;

import java.net.URI;
import java.net.URISyntaxException;

/** Under which URL people reach the API. */
final class PublicAddress {

    private PublicAddress() {}

    /** Without a slash at its end. */
    static String of(CautionProperties p) {
        String url = p.publicUrl();
        if (url == null || url.isEmpty()) {
            return (p.tls().certificate() == null ? "http://" : "https://") + p.host() + ":" + p.httpPort();
        }
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /** Whether TLS ends in a proxy in front, which then says whose each request is. */
    static boolean proxied(CautionProperties p) {
        return p.tls().certificate() == null && of(p).startsWith("https://");
    }

    /** Whether it is scheme, host and port, and no more. */
    static boolean isOne(String url) {
        try {
            URI uri = new URI(url);
            return String.valueOf(uri.getScheme()).matches("https?") && uri.getHost() != null && uri.getUserInfo() == null
                    && uri.getRawPath().matches("/?") && uri.getRawQuery() == null && uri.getRawFragment() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
