package co.caution.verify;

import java.net.InetSocketAddress;
import java.net.URI;

/** Whether the app's port with TLS leads into the enclave that the evidence is about. */
public sealed interface Channel {

    /** For machines: {@code bound}, {@code not_bound} or {@code other_key}. */
    String name();

    /** The host of a URL at a port, as yet unresolved; a number of IPv6 without the brackets that it has in a URL. */
    static InetSocketAddress address(URI url, int port) {
        String host = url.getHost();
        return InetSocketAddress.createUnresolved(host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port);
    }

    /** {@code host:port}, a number of IPv6 in brackets. */
    static String text(InetSocketAddress address) {
        String host = address.getHostString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** @param address that showed the key which the evidence names */
    record Bound(ChannelBinding binding, InetSocketAddress address) implements Channel {

        public String at() {
            return text(address);
        }

        @Override
        public String name() {
            return "bound";
        }
    }

    /** @param why in words that can follow a colon */
    record NotBound(String why) implements Channel {
        @Override
        public String name() {
            return "not_bound";
        }
    }

    /**
     * Whoever answers there holds another key than the enclave.
     *
     * @param at {@code host:port}
     * @param seen SHA-256 of that key's SubjectPublicKeyInfo
     */
    record OtherKey(ChannelBinding binding, String at, String seen) implements Channel {
        @Override
        public String name() {
            return "other_key";
        }
    }
}
