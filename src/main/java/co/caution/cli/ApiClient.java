package co.caution.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls to a Caution server's API. */
final class ApiClient {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration TOTAL = Duration.ofSeconds(60);

    private final String server;
    private final @Nullable String token;

    /** @param token absent for the calls that need none */
    ApiClient(String server, @Nullable String token) {
        this.server = server;
        this.token = token;
    }

    String server() {
        return server;
    }

    JsonNode get(String path) {
        return json(call("GET", path, BodyPublishers.noBody()));
    }

    /** An answer that is not JSON, with its headers. */
    Answer exchange(String method, String path) {
        var answer = send(method, path, BodyPublishers.noBody());
        return new Answer(text(answer), answer.headers());
    }

    JsonNode post(String path, Object body) {
        return json(call("POST", path, BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body))));
    }

    JsonNode patch(String path, Object body) {
        return json(call("PATCH", path, BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body))));
    }

    void delete(String path) {
        call("DELETE", path, BodyPublishers.noBody());
    }

    record Answer(String text, HttpHeaders headers) {

        /** Empty when the server did not send it. */
        String header(String name) {
            return headers.firstValue(name).orElse("");
        }
    }

    private String call(String method, String path, BodyPublisher body) {
        return text(send(method, path, body));
    }

    private String text(HttpResponse<byte[]> answer) {
        String text = new String(answer.body(), StandardCharsets.UTF_8);
        if (answer.statusCode() / 100 != 2) {
            throw problem(answer.statusCode(), text);
        }
        return text;
    }

    /** The answer, whatever its status. */
    HttpResponse<byte[]> send(String method, String path, BodyPublisher body) {
        var request = HttpRequest.newBuilder(URI.create(server + path))
                .timeout(TOTAL)
                .header("Content-Type", "application/json")
                .method(method, body);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try (var client = HttpClient.newBuilder().connectTimeout(CONNECT).build()) {
            return client.send(request.build(), BodyHandlers.ofByteArray());
        } catch (ConnectException | HttpTimeoutException e) {
            throw new CliException("unreachable", "No Caution server answers at " + server
                    + ". Is it running (caution server)? Another one is named with --server URL.");
        } catch (IOException e) {
            throw new CliException("unreachable", "The call to " + server + path + " failed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted");
        }
    }

    private CliException problem(int status, String text) {
        String code = switch (status) {
            case 401, 403 -> "not_logged_in";
            case 404 -> "not_found";
            case 409 -> "conflict";
            case 429 -> "too_many";
            default -> status >= 500 ? "server" : "refused";
        };
        try {
            JsonNode problem = JSON.readTree(text);
            String detail = problem.path("detail").asString("");
            if (!detail.isEmpty()) {
                String request = problem.path("request").asString(null);
                return new CliException(Errors.OTHER, code, detail + (status >= 500 ? " (request " + request + ")" : ""), request);
            }
        } catch (JacksonException e) {
            // Not ours; said below.
        }
        return new CliException(code, server + " answered with HTTP " + status + "; is it a Caution server?");
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            throw new CliException("The server's answer is not JSON; is it a Caution server?");
        }
    }
}
