package co.caution.gateway;

import co.caution.TestService;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A connection on which anything may be said. */
final class RawHttp implements AutoCloseable {

    /** @param headers by their names in small letters; the last of each */
    record Answer(int status, Map<String, String> headers, String body) {
        @Nullable String header(String name) {
            return headers.get(name);
        }
    }

    private static final int PATIENCE = 60_000;

    final Socket socket = new Socket();

    private RawHttp() {}

    /** @param from the client's own address */
    static RawHttp from(TestService service, String from) throws IOException {
        return from(service.port, from);
    }

    static RawHttp from(int port, String from) throws IOException {
        var http = new RawHttp();
        http.socket.bind(new InetSocketAddress(from, 0));
        http.socket.connect(new InetSocketAddress("127.0.0.1", port));
        http.socket.setSoTimeout(PATIENCE);
        http.socket.setTcpNoDelay(true);
        return http;
    }

    /** One that takes in next to nothing unless it reads. */
    static RawHttp small(int port, String from) throws IOException {
        var http = new RawHttp();
        http.socket.setReceiveBufferSize(2048);
        http.socket.bind(new InetSocketAddress(from, 0));
        http.socket.connect(new InetSocketAddress("127.0.0.1", port));
        return http;
    }

    Answer ask(String request) throws IOException {
        return ask(request.getBytes(StandardCharsets.ISO_8859_1));
    }

    Answer ask(byte[] request) throws IOException {
        send(request);
        return answer();
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** The next answer, read to its end. */
    Answer answer() throws IOException {
        InputStream in = socket.getInputStream();
        String line = line(in);
        if (!line.startsWith("HTTP/1.")) {
            throw new IOException("no answer, but: " + line);
        }
        int status = Integer.parseInt(line.split(" ")[1]);
        var headers = new TreeMap<String, String>();
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            headers.put(header.substring(0, header.indexOf(':')).toLowerCase(Locale.ROOT), header.substring(header.indexOf(':') + 1).strip());
        }
        return new Answer(status, headers, new String(body(in, headers), StandardCharsets.UTF_8));
    }

    private static byte[] body(InputStream in, Map<String, String> headers) throws IOException {
        if (headers.containsKey("content-length")) {
            return in.readNBytes(Integer.parseInt(headers.get("content-length")));
        }
        if (!"chunked".equals(headers.get("transfer-encoding"))) {
            return "close".equals(headers.get("connection")) ? in.readAllBytes() : new byte[0];
        }
        var body = new ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
            body.write(in.readNBytes(size));
            line(in);
        }
        line(in);
        return body.toByteArray();
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the server hung up after: " + line);
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    void endOfWords() throws IOException {
        try {
            socket.shutdownOutput();
        } catch (java.net.SocketException e) {
            // The server was quicker.
        }
    }

    /** Whether the server has hung up, or does so now, without another word. */
    boolean ended() throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketException e) {
            return true; // reset
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
