package co.caution.cli;

import co.caution.build.Text;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Logging in by way of a browser, here or on another machine (RFC 8628): this program shows a code and asks until it is allowed. */
final class BrowserLogin {

    private static final String CLIENT = "caution-cli";
    private static final String GRANT = "urn:ietf:params:oauth:grant-type:device_code";
    /** What section 3.5 asks for where the server says slow_down. */
    private static final int SLOWER = 5;

    /** Between two questions; tests do not wait. */
    interface Pause {
        void of(Duration time) throws InterruptedException;
    }

    static final ScopedValue<Pause> PAUSE = ScopedValue.newInstance();

    private final ApiClient api;

    BrowserLogin(ApiClient api) {
        this.api = api;
    }

    /**
     * @param name what to call this machine
     * @return what came: {@code access_token}, {@code expires_in}, {@code scope}
     */
    JsonNode run(String name) {
        JsonNode begun = api.form("/api/device/authorization", Map.of("client_id", CLIENT, "device_name", name));
        if (begun.has("error")) {
            throw new CliException("refused", begun.path("error_description").asString("The server refused."));
        }
        // Beside what --json prints: this is for a person.
        System.err.println(Text.printable("Open this in a browser, on any machine, and sign in there with your passkey: "
                + begun.path("verification_uri").asString()));
        System.err.println(Text.printable("Then type this code: " + begun.path("user_code").asString()));
        int interval = begun.path("interval").asInt(SLOWER);
        while (true) {
            pause(Duration.ofSeconds(interval));
            JsonNode answer = api.form("/api/device/token", Map.of("client_id", CLIENT, "grant_type", GRANT,
                    "device_code", begun.path("device_code").asString()));
            switch (answer.path("error").asString("")) {
                case "" -> {
                    return answer;
                }
                case "authorization_pending" -> { /* again */ }
                case "slow_down" -> interval += SLOWER;
                case "access_denied" -> throw new CliException("not_logged_in", "Somebody refused this login in the browser.");
                case "expired_token" -> throw new CliException("not_logged_in", "Nobody allowed this login in time. Try again: caution login --browser");
                default -> throw new CliException("not_logged_in", answer.path("error_description").asString("The server refused this login."));
            }
        }
    }

    private static void pause(Duration time) {
        try {
            PAUSE.orElse(Thread::sleep).of(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted");
        }
    }
}
