package co.caution.hosting;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 request to a port inside an enclave (RFC 9112, one request a connection, no chunked answers). The JDK's
 * client does not speak over Unix sockets or vsock.
 */
public final class EnclaveHttp {

    private static final int MAX_HEAD = 16 * 1024;
    private static final int MAX_ANSWER = 1 << 20;
    /** Blocking channels have no time-outs: one that is late is closed. */
    private static final ScheduledExecutorService WATCH = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("enclave-http-watch").factory());

    /** @param body at most the limit that was asked for */
    public record Response(int status, byte[] body) {}

    private EnclaveHttp() {}

    /**
     * Posts JSON and returns the answer.
     *
     * @param limit of the answer's body, in bytes
     * @throws SocketTimeoutException when the answer is not complete in time
     */
    private static Response post(Enclave enclave, int port, String path, byte[] json, int limit, Duration timeout)
            throws IOException {
        String head = "POST " + path + " HTTP/1.1\r\nHost: enclave\r\nContent-Type: application/json\r\nContent-Length: "
                + json.length + "\r\nConnection: close\r\n\r\n";
        return exchange(enclave, port, head, json, limit, timeout);
    }

    /**
     * Sends a challenge to the enclave's attestation endpoint.
     *
     * @param nonce 32 bytes
     * @return at most 1 MiB of JSON
     */
    public static Response challenge(Enclave enclave, byte[] nonce, Duration timeout) throws IOException {
        String json = "{\"nonce\":\"" + Base64.getEncoder().encodeToString(nonce) + "\"}";
        return post(enclave, Enclave.ATTESTATION_PORT, "/attestation", json.getBytes(StandardCharsets.US_ASCII),
                MAX_ANSWER, timeout);
    }

    /** Whether anything that speaks HTTP answers on the port, whatever it says. */
    public static boolean answers(Enclave enclave, int port, Duration timeout) {
        String head = "GET / HTTP/1.1\r\nHost: enclave\r\nUser-Agent: caution-health\r\nConnection: close\r\n\r\n";
        try {
            exchange(enclave, port, head, new byte[0], 0, timeout);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static Response exchange(
            Enclave enclave, int port, String head, byte[] body, int limit, Duration timeout) throws IOException {
        var late = new AtomicBoolean();
        try (SocketChannel channel = enclave.connect(port)) {
            var watch = WATCH.schedule(() -> expire(channel, late), timeout.toMillis(), TimeUnit.MILLISECONDS);
            try {
                write(channel, head.getBytes(StandardCharsets.US_ASCII));
                write(channel, body);
                return read(Channels.newInputStream(channel), limit);
            } finally {
                watch.cancel(false);
            }
        } catch (ClosedChannelException e) {
            if (late.get()) {
                throw new SocketTimeoutException("no complete answer within " + timeout.toSeconds() + " s");
            }
            throw e;
        }
    }

    private static @Nullable Void expire(SocketChannel channel, AtomicBoolean late) throws IOException {
        late.set(true);
        channel.close();
        return null;
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        for (var buffer = ByteBuffer.wrap(bytes); buffer.hasRemaining(); ) {
            channel.write(buffer);
        }
    }

    static Response read(InputStream in, int limit) throws IOException {
        String[] head = head(in).split("\r\n");
        String[] status = head[0].split(" ", 3);
        if (status.length < 2 || !status[0].startsWith("HTTP/1.") || !status[1].matches("\\d{3}")) {
            throw new IOException("the answer is not HTTP: " + head[0]);
        }
        long length = -1;
        for (int i = 1; i < head.length; i++) {
            String line = head[i].toLowerCase(Locale.ROOT);
            if (line.startsWith("content-length:")) {
                length = length(line.substring(15).strip());
            }
        }
        if (limit == 0) {
            return new Response(Integer.parseInt(status[1]), new byte[0]);
        }
        if (length > limit) {
            throw new IOException("the answer has " + length + " bytes; at most " + limit + " are taken");
        }
        byte[] body = in.readNBytes(length < 0 ? limit + 1 : (int) length);
        if (body.length > limit || body.length < length) {
            throw new IOException(body.length < length ? "the answer was cut off" : "the answer is too long");
        }
        return new Response(Integer.parseInt(status[1]), body);
    }

    private static long length(String value) throws IOException {
        try {
            long length = Long.parseLong(value);
            if (length >= 0) {
                return length;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IOException("the answer's length is not a number");
    }

    private static String head(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        int end = 0; // how much of CR LF CR LF was seen
        while (end < 4) {
            int b = in.read();
            if (b < 0) {
                throw new IOException(head.size() == 0 ? "the connection was closed without an answer" : "the answer was cut off");
            }
            if (head.size() == MAX_HEAD) {
                throw new IOException("the answer's header is too long");
            }
            head.write(b);
            end = b == "\r\n\r\n".charAt(end) ? end + 1 : b == '\r' ? 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }
}
