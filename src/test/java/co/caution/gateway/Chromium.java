package co.caution.gateway;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A Chromium without a window, driven by its driver (https://www.w3.org/TR/webdriver2/), with virtual authenticators. */
final class Chromium implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern STARTED = Pattern.compile(".*started successfully on port (\\d+).*");
    /** The driver itself waits for what is looked for, up to this. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process driver;
    private final String session;
    private final String id;

    static boolean installed() {
        return Stream.of("chromium", "chromedriver").allMatch(program -> Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program))));
    }

    Chromium(Path directory) throws IOException, InterruptedException {
        var builder = new ProcessBuilder("chromedriver", "--port=0").redirectErrorStream(true);
        builder.environment().put("TMPDIR", directory.toString());
        builder.environment().put("HOME", directory.toString());
        driver = builder.start();
        session = "http://127.0.0.1:" + port(driver.inputReader()) + "/session";
        id = "/" + send("POST", "", Map.of("capabilities", Map.of("alwaysMatch", Map.of(
                "timeouts", Map.of("implicit", PATIENCE.toMillis()),
                "goog:chromeOptions", Map.of("args", List.of("--headless=new", "--no-sandbox", "--disable-dev-shm-usage",
                        "--disable-gpu", "--window-size=900,900", "--user-data-dir=" + directory.resolve("profile")))))))
                .path("sessionId").asString();
    }

    private static String port(BufferedReader said) throws IOException {
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            var match = STARTED.matcher(line);
            if (match.matches()) {
                return match.group(1);
            }
        }
        throw new IOException("chromedriver did not start");
    }

    void open(String url) throws IOException, InterruptedException {
        send("POST", id + "/url", Map.of("url", url));
    }

    String address() throws IOException, InterruptedException {
        return send("GET", id + "/url", null).asString();
    }

    /** Waits for it. */
    void click(String css) throws IOException, InterruptedException {
        send("POST", id + "/element/" + find("css selector", css) + "/click", Map.of());
    }

    void type(String css, String text) throws IOException, InterruptedException {
        send("POST", id + "/element/" + find("css selector", css) + "/value", Map.of("text", text));
    }

    /** Waits for it. */
    String text(String xpath) throws IOException, InterruptedException {
        return send("GET", id + "/element/" + find("xpath", xpath) + "/text", null).asString();
    }

    private String find(String how, String what) throws IOException, InterruptedException {
        return send("POST", id + "/element", Map.of("using", how, "value", what)).path(ELEMENT).asString();
    }

    JsonNode run(String script) throws IOException, InterruptedException {
        return send("POST", id + "/execute/sync", Map.of("script", script, "args", List.of()));
    }

    /** Waits for a script to say that it is so. */
    void until(String script) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!run(script).asBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("in " + PATIENCE.toSeconds() + " s it did not come to: " + script);
            }
        }
    }

    JsonNode cookies() throws IOException, InterruptedException {
        return send("GET", id + "/cookie", null);
    }

    void screenshot(Path file) throws IOException, InterruptedException {
        Files.write(file, Base64.getDecoder().decode(send("GET", id + "/screenshot", null).asString()));
    }

    /** One that lies in the machine and keeps passkeys: https://www.w3.org/TR/webauthn-3/#sctn-automation */
    String authenticator(String transport) throws IOException, InterruptedException {
        return send("POST", id + "/webauthn/authenticator", Map.of("protocol", "ctap2", "transport", transport,
                "hasResidentKey", true, "hasUserVerification", true, "isUserVerified", true)).asString();
    }

    void verifiesUser(String authenticator, boolean verifies) throws IOException, InterruptedException {
        send("POST", id + "/webauthn/authenticator/" + authenticator + "/uv", Map.of("isUserVerified", verifies));
    }

    void without(String authenticator) throws IOException, InterruptedException {
        send("DELETE", id + "/webauthn/authenticator/" + authenticator, null);
    }

    /** Pulls it out, to be put back later: what it holds. */
    JsonNode pull(String authenticator) throws IOException, InterruptedException {
        JsonNode held = send("GET", id + "/webauthn/authenticator/" + authenticator + "/credentials", null);
        without(authenticator);
        return held;
    }

    /** @return its new name */
    String putBack(String transport, JsonNode held) throws IOException, InterruptedException {
        String authenticator = authenticator(transport);
        for (JsonNode credential : held) {
            send("POST", id + "/webauthn/authenticator/" + authenticator + "/credential", credential);
        }
        return authenticator;
    }

    private JsonNode send(String method, String path, @Nullable Object body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(session + path)).timeout(Duration.ofMinutes(2))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(JSON.writeValueAsString(body)));
        var answer = http.send(request.build(), BodyHandlers.ofString());
        JsonNode value = JSON.readTree(answer.body()).path("value");
        if (answer.statusCode() != 200) {
            throw new AssertionError(method + " " + path + ": " + value.path("error").asString("") + ": " + value.path("message").asString(""));
        }
        return value;
    }

    @Override
    public void close() throws IOException {
        try {
            send("DELETE", id, null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            http.close();
            driver.destroy();
        }
    }
}
