package co.caution.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** Calls to a Caution server's API. */
final class ApiClient {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration TOTAL = Duration.ofSeconds(60);

    private static final int AT_WORK = 20;
    private static final int PAGE = 200;
    private static final int MOST_PAGES = 500;
    private static final Pattern NEXT = Pattern.compile("<(/(?!/)[!-~&&[^<>\"]]*)>; *rel=\"?next\"?");
    private static final byte[] NOTHING = {};

    private final String server;
    private final @Nullable String token;
    private final SSLContext tls;
    private final @Nullable Proving proving;

    /**
     * @param token absent for the calls that need none
     * @param tls whom to believe that the server is who it says
     */
    ApiClient(String server, @Nullable String token, SSLContext tls) {
        this(server, token, tls, null);
    }

    private ApiClient(String server, @Nullable String token, SSLContext tls, @Nullable Proving proving) {
        this.server = server;
        this.token = token;
        this.tls = tls;
        this.proving = proving;
    }

    /** The same, where calls that take proof get it. */
    ApiClient proving(Proving with) {
        return new ApiClient(server, token, tls, with);
    }

    String server() {
        return server;
    }

    JsonNode get(String path) {
        return json(call("GET", path, NOTHING));
    }

    /**
     * A whole list, page by page (RFC 8288). What comes next is taken from the same server only, whatever its answer names: the
     * token goes along.
     */
    ArrayNode list(String path) {
        var all = JSON.createArrayNode();
        String next = path + (path.contains("?") ? "&" : "?") + "limit=" + PAGE;
        for (int page = 0; page < MOST_PAGES; page++) {
            var answer = exchange("GET", next);
            json(answer.text()).forEach(all::add);
            var link = NEXT.matcher(answer.header("link"));
            if (!link.matches()) {
                return all;
            }
            next = link.group(1);
        }
        throw new CliException(server + path + " is a list of more than " + PAGE * MOST_PAGES + " items, or one without an end.");
    }

    /**
     * The id in a list of the one thing that a person means by it or by its beginning.
     *
     * @param what the list is of
     * @param see which command shows it
     */
    String idIn(String path, String start, String what, String see) {
        var found = list(path).valueStream().map(each -> each.path("id").asString()).filter(id -> id.startsWith(start)).toList();
        if (found.size() != 1) {
            throw new CliException("not_found",
                    (found.isEmpty() ? "No " : "More than one ") + what + "'s id begins with '" + start + "'. " + see);
        }
        return found.getFirst();
    }

    /** An answer as it comes. */
    byte[] bytes(String path) {
        var answer = send("GET", path, BodyPublishers.noBody());
        text(answer); // or what is wrong
        return answer.body();
    }

    /** An answer that is not JSON, with its headers. */
    Answer exchange(String method, String path) {
        var answer = send(method, path, BodyPublishers.noBody());
        return new Answer(text(answer), answer.headers());
    }

    JsonNode post(String path, Object body) {
        return json(call("POST", path, JSON.writeValueAsBytes(body)));
    }

    /**
     * Makes something, once: with a key by which the server knows a call that it has answered. When the connection breaks, so that
     * nobody knows whether the call arrived, it is sent once more.
     */
    JsonNode create(String path, Object body) {
        byte[] json = JSON.writeValueAsBytes(body);
        String key = UUID.randomUUID().toString();
        Supplier<HttpRequest.Builder> request = () -> request("POST", path, BodyPublishers.ofByteArray(json)).header("Idempotency-Key", key);
        HttpResponse<byte[]> answer = create(path, request);
        return json(text(takesProof(answer) ? create(path, () -> proven(request.get(), "POST", path, json)) : answer));
    }

    /** @param request made anew for each attempt: what it may have to prove is good once */
    private HttpResponse<byte[]> create(String path, Supplier<HttpRequest.Builder> request) {
        try (var client = client()) {
            try {
                return client.send(request.get().build(), BodyHandlers.ofByteArray());
            } catch (ConnectException | HttpTimeoutException | SSLHandshakeException e) {
                throw e; // it did not arrive, or is at work still
            } catch (IOException e) {
                var answer = client.send(request.get().build(), BodyHandlers.ofByteArray());
                for (int wait = 0; wait < AT_WORK && atWork(answer); wait++) {
                    Thread.sleep(Duration.ofSeconds(1));
                    answer = client.send(request.get().build(), BodyHandlers.ofByteArray());
                }
                return answer;
            }
        } catch (IOException e) {
            throw failed(path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted");
        }
    }

    private static boolean atWork(HttpResponse<byte[]> answer) {
        return answer.statusCode() == 409 && new String(answer.body(), StandardCharsets.UTF_8).contains("\"idempotency_in_progress\"");
    }

    JsonNode patch(String path, Object body) {
        return json(call("PATCH", path, JSON.writeValueAsBytes(body)));
    }

    /** @return how many ended */
    int deleteAll(String path) {
        return json(call("DELETE", path, new byte[0])).path("ended").asInt();
    }

    void delete(String path) {
        call("DELETE", path, NOTHING);
    }

    record Answer(String text, HttpHeaders headers) {

        /** Empty when the server did not send it. */
        String header(String name) {
            return headers.firstValue(name).orElse("");
        }
    }

    /** What a transfer is doing. */
    interface Transfer {
        /** @param total about how many bytes it will be */
        void at(long bytes, long total);
    }

    /**
     * A long answer, as it comes.
     *
     * @return its headers
     */
    HttpHeaders download(String path, OutputStream to, Transfer transfer) {
        try (var client = client()) {
            HttpResponse<InputStream> answer = client.send(request("GET", path, BodyPublishers.noBody()).build(),
                    BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                if (answer.statusCode() != 200) {
                    throw problem(answer.statusCode(), new String(body.readNBytes(1 << 16), StandardCharsets.UTF_8));
                }
                long total = answer.headers().firstValueAsLong("x-estimated-length")
                        .orElse(answer.headers().firstValueAsLong("content-length").orElse(0));
                var buffer = new byte[1 << 16];
                long bytes = 0;
                for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                    to.write(buffer, 0, n);
                    bytes += n;
                    transfer.at(bytes, total);
                }
                return answer.headers();
            }
        } catch (IOException e) {
            throw failed(path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted");
        }
    }

    private HttpClient client() {
        return HttpClient.newBuilder().sslContext(tls).connectTimeout(CONNECT).build();
    }

    private HttpRequest.Builder request(String method, String path, BodyPublisher body) {
        return request(method, path, "application/json", body);
    }

    private HttpRequest.Builder request(String method, String path, String contentType, BodyPublisher body) {
        var request = HttpRequest.newBuilder(URI.create(server + path))
                .timeout(TOTAL)
                .header("Content-Type", contentType)
                .method(method, body);
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    private CliException failed(String path, IOException e) {
        return new CliException("unreachable", switch (e) {
            case ConnectException _, HttpConnectTimeoutException _ -> "No Caution server answers at " + server
                    + ". Is it running (caution server)? Another one is named with --server URL.";
            case HttpTimeoutException _ -> server + " took the call and has not answered within " + TOTAL.toSeconds()
                    + " s. It may be overloaded, or wait for its database or disk: its log and " + server
                    + "/health/ready say more. What was asked may still be done.";
            case SSLHandshakeException _ -> "The certificate of " + server + " is not accepted: " + e.getMessage()
                    + ". If a private authority signed it, name that: --ca FILE";
            default -> "The call to " + server + path + " failed: " + e.getMessage();
        });
    }

    /** Where it turns out that the call takes proof, it is made again with that: what takes some is the server's to know. */
    private String call(String method, String path, byte[] body) {
        BodyPublisher sent = body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body);
        HttpResponse<byte[]> answer = send(method, path, sent);
        return text(takesProof(answer) ? send(path, proven(request(method, path, sent), method, path, body)) : answer);
    }

    private boolean takesProof(HttpResponse<byte[]> answer) {
        return proving != null && answer.statusCode() == 403 && code(answer.body()).equals("proof_required");
    }

    private HttpRequest.Builder proven(HttpRequest.Builder request, String method, String path, byte[] body) {
        return request.header("Caution-Proof", Objects.requireNonNull(proving).prove(this, method, path, body));
    }

    /** The word for machines in a problem; empty where there is none. */
    private static String code(byte[] problem) {
        try {
            return JSON.readTree(problem).path("code").asString("");
        } catch (JacksonException e) {
            return "";
        }
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
        return send(path, request(method, path, body));
    }

    /** OAuth's way of asking (RFC 6749, appendix B): the answer is JSON also where it says no. */
    JsonNode form(String path, Map<String, String> fields) {
        String form = fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        var answer = send(path, request("POST", path, "application/x-www-form-urlencoded", BodyPublishers.ofString(form)));
        return answer.statusCode() == 400 ? json(new String(answer.body(), StandardCharsets.UTF_8)) : json(text(answer));
    }

    private HttpResponse<byte[]> send(String path, HttpRequest.Builder request) {
        try (var client = client()) {
            return client.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw failed(path, e);
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
                return new CliException(Errors.OTHER, problem.path("code").asString(code), detail + (status >= 500 ? " (request " + request + ")" : ""), request);
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
