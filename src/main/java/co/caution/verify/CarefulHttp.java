package co.caution.verify;

import co.caution.build.Text;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;

/** Asks servers that nobody trusts: no redirects, limits on size and time. */
final class CarefulHttp {

    private static final Duration CONNECT = Duration.ofSeconds(30);

    private final Duration patience;
    private final SSLContext tls;

    /**
     * @param patience how long an answer may take, from the first packet to the last
     * @param tls whom to believe that a URL's host is who answers
     */
    CarefulHttp(Duration patience, SSLContext tls) {
        this.patience = patience;
        this.tls = tls;
    }

    byte[] post(URI url, String json, int largest) throws UnreachableException, InterruptedException {
        return send(HttpRequest.newBuilder(url)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build(), largest, ". It is probably not an attestation endpoint");
    }

    byte[] get(URI url, int largest) throws UnreachableException, InterruptedException {
        return send(HttpRequest.newBuilder(url).build(), largest, "");
    }

    /** @param refused what 4xx means */
    private byte[] send(HttpRequest request, int largest, String refused) throws UnreachableException, InterruptedException {
        URI url = request.uri();
        HttpClient client = HttpClient.newBuilder()
                .sslContext(tls)
                .connectTimeout(CONNECT.compareTo(patience) < 0 ? CONNECT : patience)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        var answer = client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), largest));
        try {
            HttpResponse<byte[]> response = answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            int status = response.statusCode();
            if (status / 100 == 3) {
                throw new UnreachableException(url + " redirects (HTTP " + status + ") to "
                        + response.headers().firstValue("location").map(Text::oneLine).orElse("nowhere")
                        + ", which is not followed. If you trust that address, name it yourself");
            }
            if (status != 200) {
                throw new UnreachableException(url + " answered with HTTP " + status + said(response.body())
                        + (status / 100 == 4 ? refused : ""));
            }
            return response.body();
        } catch (TimeoutException e) {
            throw new UnreachableException(url + " did not answer completely within " + patience.toSeconds() + " s");
        } catch (ExecutionException e) {
            throw new UnreachableException(url + " could not be reached: " + reason(e.getCause(), largest));
        } finally {
            answer.cancel(true);
            client.shutdownNow();
        }
    }

    private static String reason(Throwable cause, int largest) {
        if (cause instanceof ConnectException) {
            return cause.getCause() instanceof UnresolvedAddressException
                    ? "its host name is unknown"
                    : "nothing listens there; is the app running, and the address right?";
        }
        if (cause instanceof SSLHandshakeException) {
            return "its certificate is not accepted (" + cause.getMessage() + "); a private authority's is named with --ca FILE";
        }
        String message = cause.getMessage();
        if (message != null && message.startsWith("body exceeds capacity")) {
            return "it sends more than the " + (largest >> 10) + " KiB that this may have; the rest was not read";
        }
        return cause.getClass().getSimpleName() + (message == null ? "" : " (" + message + ")");
    }

    private static String said(byte[] body) {
        String text = Text.oneLine(new String(body, 0, Math.min(body.length, 300), StandardCharsets.UTF_8));
        return text.isEmpty() ? "" : ": " + text;
    }

    /** Nobody there, or nobody who gives what was asked for. */
    static final class UnreachableException extends IOException {
        private static final long serialVersionUID = 1;

        UnreachableException(String message) {
            super(message);
        }
    }
}
