package co.caution.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.e2e.Developer.Result;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.regex.Pattern;

/** An app as strangers reach it. */
record LiveApp(String url, String attestationUrl) {

    private static final Pattern APPLICATION = Pattern.compile("Application: (http://\\S+)");
    private static final Pattern ATTESTATION = Pattern.compile("Attestation: (http://\\S+)");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** As a push that went live names it. */
    static LiveApp of(Result push) {
        assertThat(push.exitCode()).as(push.output()).isZero();
        return new LiveApp(match(APPLICATION, push.output()), match(ATTESTATION, push.output()));
    }

    /** Its answer; empty when there is none. */
    String answer() throws InterruptedException {
        var response = send(HttpRequest.newBuilder(URI.create(url)));
        return response == null ? "" : response.body();
    }

    boolean gives(String word) throws InterruptedException {
        return answer().contains(word);
    }

    void awaitAnswer(String word) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!gives(word)) {
            assertThat(System.nanoTime()).as(url + " gave no '" + word + "'").isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    /** The status of a fresh challenge. */
    int attests() throws InterruptedException {
        var nonce = Base64.getEncoder().encodeToString(new byte[32]);
        var response = send(HttpRequest.newBuilder(URI.create(attestationUrl))
                .POST(BodyPublishers.ofString("{\"nonce\":\"" + nonce + "\"}")));
        return response == null ? 0 : response.statusCode();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            return null;
        }
    }

    private static String match(Pattern pattern, String text) {
        var match = pattern.matcher(text);
        assertThat(match.find()).as(text).isTrue();
        return match.group(1);
    }
}
