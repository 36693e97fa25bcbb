package co.caution.trust;

import java.net.IDN;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where evidence is asked for. However its address is spelt, one place has one {@link #key}, and no two places share one.
 * What cannot be told apart for sure (a name and its number, http and https) is two places.
 *
 * @param uri to connect to: as it was given, with its host in ASCII
 * @param key scheme and host in lower case, the host in ASCII and without a dot at its end, no default port, no slash at the end
 */
public record Place(URI uri, String key) {

    private static final int LONGEST = 2_000;
    private static final Map<String, String> DEFAULT_PORT = Map.of("http", ":80", "https", ":443");
    private static final Pattern URL = Pattern.compile("(?i)(https?)://([^/?#]*)([^?#]*)(\\?[^#]*)?");
    private static final Pattern AUTHORITY = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^@:\\[\\]]+)(?::0*([0-9]{1,5}))?");

    /** @throws IllegalArgumentException when this is not an http or https URL of a host; the message says why */
    public static Place of(String url) {
        Matcher parts = URL.matcher(url);
        if (url.length() > LONGEST || !parts.matches()) {
            throw wrong(url, "it is not an http or https URL of a host");
        }
        if (parts.group(2).contains("@")) {
            throw wrong(url, "a name or password in it would be sent to whoever answers; leave out what stands before '@'");
        }
        Matcher authority = AUTHORITY.matcher(parts.group(2));
        if (!authority.matches()) {
            throw wrong(url, "it names no host");
        }
        String scheme = parts.group(1).toLowerCase(Locale.ROOT);
        String host = host(url, authority.group(1));
        String port = authority.group(2) == null ? "" : ":" + authority.group(2);
        String query = parts.group(4) == null ? "" : parts.group(4);
        String origin = scheme + "://" + host + (port.equals(DEFAULT_PORT.get(scheme)) ? "" : port);
        try {
            URI uri = new URI(origin + parts.group(3) + query);
            if (uri.getHost() == null || uri.getPort() > 65_535 || uri.getPort() == 0) {
                throw wrong(url, "it names no host and port");
            }
            return new Place(uri, origin + parts.group(3).replaceAll("/+$", "") + query);
        } catch (URISyntaxException e) {
            throw wrong(url, "it is not an http or https URL of a host");
        }
    }

    private static String host(String url, String given) {
        try {
            if (given.startsWith("[")) {
                InetAddress address = InetAddress.getByName(given);
                // Java turns an IPv4 address in IPv6 clothes into the other kind: one place, so one key.
                return address instanceof Inet6Address ? "[" + address.getHostAddress() + "]" : address.getHostAddress();
            }
            String host = IDN.toASCII(given, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT);
            return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        } catch (UnknownHostException | IllegalArgumentException e) {
            throw wrong(url, "its host is not a name or an address");
        }
    }

    private static IllegalArgumentException wrong(String url, String why) {
        return new IllegalArgumentException("'" + url + "' cannot be used: " + why + ".");
    }

    @Override
    public String toString() {
        return key;
    }
}
