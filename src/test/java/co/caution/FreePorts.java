package co.caution;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Random;

/**
 * Ports that nothing listens on, for a service that is about to start.
 *
 * <p>They lie below those that the system gives to outgoing connections (32768 and up on Linux): one of those may be
 * taken between the moment it was found free and the moment it is used, and lies close to others found the same way.
 */
public final class FreePorts {

    private static final int FIRST = 12_000;
    private static final int END = 32_000;
    private static final Random RANDOM = new Random();

    private FreePorts() {}

    /** Among the given number of free ports in a row, the first. */
    public static int first(int count) {
        while (true) {
            int first = RANDOM.nextInt(FIRST, END - count);
            int port = first;
            while (port < first + count && free(port)) {
                port++;
            }
            if (port == first + count) {
                return first;
            }
        }
    }

    private static boolean free(int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(port));
            return true;
        } catch (BindException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
