package co.caution.client;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The proxies whose word about their clients counts. It is {@code X-Forwarded-For}, to which each proxy appends whom it was called
 * by; of any other header a proxy may not know, and passes on what a client wrote.
 */
public final class TrustedProxies {

    /** No chain of proxies is longer. */
    private static final int MOST = 32;
    /** Some write the port, too. */
    private static final Pattern WITH_PORT = Pattern.compile("(\\d+(?:\\.\\d+){3}):\\d+|\\[([^]]+)](?::\\d+)?");

    private record Network(byte[] address, int bits) {
        boolean contains(InetAddress other) {
            byte[] bytes = other.getAddress();
            if (bytes.length != address.length) {
                return false;
            }
            for (int i = 0; i < bits; i++) {
                if (((bytes[i / 8] ^ address[i / 8]) >> (7 - i % 8) & 1) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private final List<Network> networks;

    /**
     * @param networks as {@code 10.0.0.0/8}, {@code fd00::/8} or a single address
     * @throws IllegalArgumentException naming the one that is none
     */
    public TrustedProxies(List<String> networks) {
        this.networks = networks.stream().map(TrustedProxies::network).toList();
    }

    private static Network network(String text) {
        try {
            String[] parts = text.strip().split("/", 2);
            byte[] address = InetAddress.ofLiteral(parts[0]).getAddress();
            int bits = parts.length == 1 ? 8 * address.length : Integer.parseInt(parts[1]);
            // The JDK also takes 10.1 for 10.0.0.1, which nobody means.
            if ((address.length > 4 || parts[0].matches("\\d+(\\.\\d+){3}")) && bits >= 0 && bits <= 8 * address.length) {
                return new Network(address, bits);
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new IllegalArgumentException("'" + text + "' is no address and no network");
    }

    public boolean contains(InetAddress address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    /**
     * Whose a request is: the right-most address that is no proxy of ours.
     *
     * @param peer who is at the other end of the connection
     * @param forwardedFor each such header, in their order
     */
    public InetAddress client(InetAddress peer, List<String> forwardedFor) {
        if (!contains(peer)) {
            return peer;
        }
        var hops = new ArrayList<>(forwardedFor.stream().flatMap(header -> Arrays.stream(header.split(",", -1))).toList());
        InetAddress client = peer;
        for (int i = hops.size() - 1; i >= Math.max(0, hops.size() - MOST); i--) {
            Optional<InetAddress> hop = address(hops.get(i).strip());
            if (hop.isEmpty()) {
                return client; // what a proxy of ours does not write says nothing, nor does what stands before it
            }
            client = hop.get();
            if (!contains(client)) {
                return client;
            }
        }
        return client;
    }

    private static Optional<InetAddress> address(String text) {
        var match = WITH_PORT.matcher(text);
        String bare = !match.matches() ? text : match.group(1) != null ? match.group(1) : match.group(2);
        try {
            return Optional.of(InetAddress.ofLiteral(bare));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
