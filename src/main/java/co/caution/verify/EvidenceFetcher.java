package co.caution.verify;

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
import java.util.Base64;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;

/** Sends a challenge and takes the answer, trusting nothing about who answers: no redirects, limits on everything. */
final class EvidenceFetcher {

    private static final Duration CONNECT = Duration.ofSeconds(30);
    private static final Duration TOTAL = Duration.ofSeconds(60);
    private static final long LARGEST_ANSWER = 1 << 20;

    private EvidenceFetcher() {}

    /**
     * @param tls whom to believe that the URL's host is who answers; evidence stands by itself
     * @throws UnreachableException when nobody answers, or not with evidence
     */
    static byte[] fetch(URI url, byte[] nonce, SSLContext tls) throws UnreachableException, InterruptedException {
        String challenge = "{\"nonce\":\"" + Base64.getEncoder().encodeToString(nonce) + "\"}";
        HttpRequest request = HttpRequest.newBuilder(url)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(challenge))
                .build();
        HttpClient client = HttpClient.newBuilder()
                .sslContext(tls)
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        var answer = client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST_ANSWER));
        try {
            HttpResponse<byte[]> response = answer.get(TOTAL.toSeconds(), TimeUnit.SECONDS);
            if (response.statusCode() != 200) {
                throw new UnreachableException(url + " answered with HTTP " + response.statusCode() + said(response.body())
                        + (response.statusCode() / 100 == 4 ? ". It is probably not an attestation endpoint" : ""));
            }
            return response.body();
        } catch (TimeoutException e) {
            throw new UnreachableException(url + " did not answer completely within " + TOTAL.toSeconds() + " s");
        } catch (ExecutionException e) {
            throw new UnreachableException(url + " could not be reached: " + reason(e.getCause()));
        } finally {
            answer.cancel(true);
            client.shutdownNow();
        }
    }

    private static String reason(Throwable cause) {
        if (cause instanceof ConnectException) {
            return cause.getCause() instanceof UnresolvedAddressException
                    ? "its host name is unknown"
                    : "nothing listens there; is the app running, and the address right?";
        }
        if (cause instanceof SSLHandshakeException) {
            return "its certificate is not accepted (" + cause.getMessage() + "); a private authority's is named with --ca FILE";
        }
        String message = cause.getMessage();
        return cause.getClass().getSimpleName() + (message == null ? "" : " (" + message + ")");
    }

    private static String said(byte[] body) {
        String text = new String(body, 0, Math.min(body.length, 300), StandardCharsets.UTF_8)
                .strip();
        return text.isEmpty() ? "" : ": " + text;
    }

    /** Nobody there, or nobody who gives evidence. */
    static final class UnreachableException extends IOException {
        private static final long serialVersionUID = 1;

        UnreachableException(String message) {
            super(message);
        }
    }
}
