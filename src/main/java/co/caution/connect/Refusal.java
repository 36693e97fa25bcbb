package co.caution.connect;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What somebody gets who may not pass: most of them speak HTTP, and a browser shows it. */
final class Refusal {

    private static final int DRAINED = 64 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private Refusal() {}

    static void tell(Socket client, String why) {
        byte[] body = ("caution connect: nothing was forwarded: " + why + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] head = ("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n"
                + "Cache-Control: no-store\r\nConnection: close\r\nContent-Length: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        try (client) {
            client.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
            client.getOutputStream().write(head);
            client.getOutputStream().write(body);
            client.shutdownOutput();
            // Whoever still writes would otherwise see a reset before this text. Only so much of it, and only so long.
            client.getInputStream().readNBytes(DRAINED);
        } catch (IOException e) {
            // They went away; they were not let in.
        }
    }
}
