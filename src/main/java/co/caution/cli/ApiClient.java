package co.caution.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls to a Caution server's API. */
final class ApiClient {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration TOTAL = Duration.ofSeconds(60);

    private final String server;
    private final String token;

    ApiClient(String server, String token) {
        this.server = server;
        this.token = token;
    }

    String server() {
        return server;
    }

    JsonNode get(String path) {
        return json(call("GET", path, BodyPublishers.noBody()));
    }

    String text(String path) {
        return call("GET", path, BodyPublishers.noBody());
    }

    JsonNode post(String path, Object body) {
        return json(call("POST", path, BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body))));
    }

    void delete(String path) {
        call("DELETE", path, BodyPublishers.noBody());
    }

    private String call(String method, String path, BodyPublisher body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server + path))
                .timeout(TOTAL)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, body)
                .build();
        try (var client = HttpClient.newBuilder().connectTimeout(CONNECT).build()) {
            HttpResponse<byte[]> answer = client.send(request, BodyHandlers.ofByteArray());
            String text = new String(answer.body(), StandardCharsets.UTF_8);
            if (answer.statusCode() / 100 != 2) {
                throw new CliException(problem(answer.statusCode(), text));
            }
            return text;
        } catch (ConnectException e) {
            throw new CliException("No Caution server answers at " + server
                    + ". Is it running (caution server)? Another one is named with --server URL.");
        } catch (IOException e) {
            throw new CliException("The call to " + server + path + " failed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted");
        }
    }

    private String problem(int status, String text) {
        try {
            JsonNode problem = JSON.readTree(text);
            String detail = problem.path("detail").asString("");
            if (!detail.isEmpty()) {
                return detail + (status >= 500 ? " (request " + problem.path("request").asString("?") + ")" : "");
            }
        } catch (JacksonException e) {
            // Not ours; said below.
        }
        return server + " answered with HTTP " + status + "; is it a Caution server?";
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            throw new CliException("The server's answer is not JSON; is it a Caution server?");
        }
    }
}
