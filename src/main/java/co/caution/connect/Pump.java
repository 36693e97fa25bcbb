package co.caution.connect;

import java.io.IOException;
import java.net.Socket;

/** One direction of a connection. A write waits for who reads, so nothing piles up here. */
final class Pump {

    private static final int BUFFER = 16 * 1024;

    private Pump() {}

    /** To its end, which is passed on: a half that is closed leaves the other one open. */
    static void run(Socket from, Socket to) {
        var buffer = new byte[BUFFER];
        try {
            for (int read = from.getInputStream().read(buffer); read >= 0; read = from.getInputStream().read(buffer)) {
                to.getOutputStream().write(buffer, 0, read);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            // What was cut off must not look like what came to its end.
            abort(from);
            abort(to);
        }
    }

    /** Closes it so that the other end sees that something went wrong. */
    static void abort(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // It is gone already.
        }
    }
}
