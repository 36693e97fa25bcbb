package co.caution.project;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The values of a Procfile's keys. Nothing is guessed and nothing bad is passed over. */
final class Values {

    private static final int RESERVED_FIRST = 49_500;
    private static final int RESERVED_LAST = 49_600;

    private Values() {}

    static List<String> command(String value) throws SyntaxException {
        var argv = new ArrayList<String>();
        for (Words.Word word : Words.split(value)) {
            argv.add(word.text());
        }
        String program = argv.getFirst();
        if (program.isEmpty()) {
            throw new SyntaxException(0, "the program's name is empty; write its path in the image");
        }
        if (program.matches("[A-Za-z_][A-Za-z0-9_]*=.*")) {
            throw new SyntaxException(
                    0, "`" + program + "` sets a variable; give it in a line `env: " + program + "`");
        }
        return argv;
    }

    static String file(String value) throws SyntaxException {
        String path = TreePath.normal(value, 0);
        if (path.equals(".")) {
            throw new SyntaxException(0, "`" + value + "` is not a file; name one");
        }
        return path;
    }

    static String url(String value) throws SyntaxException {
        try {
            URI uri = new URI(value);
            boolean http = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
            if (http && uri.getHost() != null && uri.getUserInfo() == null && value.length() <= 2048) {
                return value;
            }
        } catch (URISyntaxException e) {
            // said below
        }
        throw new SyntaxException(0, "`source` is not an http or https address; write https://…");
    }

    static String text(String value) throws SyntaxException {
        if (value.length() > 4096) {
            throw new SyntaxException(4096, "`metadata` is longer than 4096 characters; shorten it");
        }
        return value;
    }

    static int number(String value, String key, int least, int most) throws SyntaxException {
        if (value.matches("[0-9]{1,9}")) {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw new SyntaxException(
                0, "`" + value + "` does not fit `" + key + "`; write a whole number from " + least + " to " + most);
    }

    static boolean onOff(String value, String key) throws SyntaxException {
        return either(value, key, "on", "off");
    }

    /** Whether it is {@code yes}; anything but the two is refused. */
    static boolean either(String value, String key, String yes, String no) throws SyntaxException {
        if (!value.equals(yes) && !value.equals(no)) {
            throw new SyntaxException(0, "`" + value + "` does not fit `" + key + "`; write `" + yes + "` or `" + no + "`");
        }
        return value.equals(yes);
    }

    static List<Integer> ports(String value) throws SyntaxException {
        var ports = new ArrayList<Integer>();
        for (Words.Word item : items(value)) {
            int port = port(item.text(), item.at());
            if (ports.contains(port)) {
                throw new SyntaxException(item.at(), "port " + port + " is listed twice; list it once");
            }
            ports.add(port);
        }
        return ports;
    }

    private static int port(String text, int at) throws SyntaxException {
        int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
        if (port < 1 || port > 65_535) {
            throw new SyntaxException(at, "`" + text + "` is not a port; write a number from 1 to 65535");
        }
        String reserved = reserved(port);
        if (reserved != null) {
            throw new SyntaxException(at, reserved);
        }
        return port;
    }

    static @Nullable String reserved(int port) {
        return port >= RESERVED_FIRST && port <= RESERVED_LAST
                ? "Ports 49500-49600 are reserved; choose a different application port."
                : null;
    }

    static String variable(String value, Set<String> names) throws SyntaxException {
        int equals = value.indexOf('=');
        String name = equals < 0 ? value : value.substring(0, equals);
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            throw new SyntaxException(
                    0, "`" + name + "` is not a variable's name; write letters, digits and _, no digit first");
        }
        if (equals < 0) {
            throw new SyntaxException(value.length(), "`" + name + "` has no value; write " + name + "=value");
        }
        if (!names.add(name)) {
            throw new SyntaxException(0, "`" + name + "` is already set above; keep one of them");
        }
        return value;
    }

    static List<String> egress(String value) throws SyntaxException {
        var hosts = new ArrayList<String>();
        var seen = new HashSet<String>();
        for (Words.Word item : items(value)) {
            String text = item.text();
            int colon = text.lastIndexOf(':');
            if (colon < 0) {
                throw new SyntaxException(item.at(), "`" + text + "` has no port; write host:port");
            }
            String host = text.substring(0, colon).toLowerCase(Locale.ROOT);
            if (!host(host)) {
                throw new SyntaxException(
                        item.at(), "`" + host + "` is not a host name; write the full name, no wildcard");
            }
            String port = text.substring(colon + 1);
            int number = port.matches("[0-9]{1,5}") ? Integer.parseInt(port) : 0;
            if (number < 1 || number > 65_535) {
                throw new SyntaxException(
                        item.at() + colon + 1, "`" + port + "` is not a port; write a number from 1 to 65535");
            }
            if (!seen.add(host + ":" + number)) {
                throw new SyntaxException(item.at(), "`" + text + "` is listed twice; list it once");
            }
            hosts.add(host + ":" + number);
        }
        return hosts;
    }

    private static boolean host(String host) {
        String[] labels = host.split("\\.", -1);
        if (host.length() > 253) {
            return false;
        }
        for (String label : labels) {
            if (!label.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")) {
                return false;
            }
        }
        boolean address = labels[labels.length - 1].matches("[0-9]+");
        return !address || host.matches("((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\\.|$)){4}");
    }

    private static List<Words.Word> items(String value) throws SyntaxException {
        var items = new ArrayList<Words.Word>();
        int at = 0;
        for (String part : value.split(",", -1)) {
            int lead = part.length() - part.stripLeading().length();
            if (part.isBlank()) {
                throw new SyntaxException(at, "there is nothing between two commas; remove one");
            }
            items.add(new Words.Word(part.strip(), at + lead));
            at += part.length() + 1;
        }
        return items;
    }
}
