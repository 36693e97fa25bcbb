package co.caution.client;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;

/** Whom limits for each address count as one. */
public final class ClientNetwork {

    private ClientNetwork() {}

    /** IPv6 clients have a /64 to themselves: addresses in it count as one. */
    public static String of(InetAddress address) {
        byte[] bytes = address.getAddress();
        return HexFormat.of().formatHex(bytes.length == 4 ? bytes : Arrays.copyOf(bytes, 8));
    }
}
