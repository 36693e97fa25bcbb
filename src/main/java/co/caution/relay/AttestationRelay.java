package co.caution.relay;

import co.caution.app.LiveEnclave;
import co.caution.app.LiveEnclaves;
import co.caution.hosting.EnclaveHttp;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Passes a stranger's challenge to an enclave and its evidence back: {@code {"nonce":"<base64 of 32 bytes>"}} →
 * {@code {"document":…,"manifest":…,"bindings":…,"hints":…}}. Nothing is kept, so nothing can be replayed from here.
 * {@code hints} is the platform's own word (commit, source, EnclaveOS digest, where the channel is): unsigned, unmeasured.
 */
@Component
class AttestationRelay {

    /** @param body JSON in any case */
    record Answer(int status, byte[] body) {}

    private static final int MAX_REQUEST = 4 * 1024;
    private static final int NONCE_BYTES = 32;
    /** All that {@link #ask} answers. */
    private static final List<Integer> STATUSES = List.of(200, 400, 413, 502, 503, 504);
    private static final int AT_ONCE = 64;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final LiveEnclaves enclaves;
    private final JsonMapper json;
    private final MeterRegistry meters;
    private final Semaphore places = new Semaphore(AT_ONCE);

    AttestationRelay(LiveEnclaves enclaves, JsonMapper json, MeterRegistry meters) {
        this.enclaves = enclaves;
        this.json = json;
        this.meters = meters;
        STATUSES.forEach(this::answered);
    }

    /** @param body of the request; read no further than it may be long */
    Answer ask(UUID app, InputStream body) throws IOException {
        Answer answer = answer(app, body);
        answered(answer.status()).increment();
        return answer;
    }

    private Counter answered(int status) {
        return Counter.builder("caution.attestation.requests").description("Challenges from anyone, by the answer's status")
                .tag("status", "" + status).register(meters);
    }

    private Answer answer(UUID app, InputStream body) throws IOException {
        byte[] request = body.readNBytes(MAX_REQUEST + 1);
        if (request.length > MAX_REQUEST) {
            return error(413, "the request is too long");
        }
        byte[] nonce;
        try {
            nonce = Base64.getDecoder().decode(json.readTree(request).path("nonce").asString(""));
        } catch (JacksonException | IllegalArgumentException e) {
            return error(400, "the request is not {\"nonce\":\"<base64 of 32 bytes>\"}");
        }
        if (nonce.length != NONCE_BYTES) {
            return error(400, "the nonce must be 32 bytes in base64, not " + nonce.length);
        }
        var live = enclaves.of(app);
        if (live.isEmpty()) {
            return error(503, "no enclave of this app is running; push to start it");
        }
        if (!places.tryAcquire()) {
            return error(503, "too many challenges at once; try again");
        }
        try {
            return relay(live.get(), nonce);
        } catch (SocketTimeoutException e) {
            return error(504, "the enclave did not answer in time");
        } catch (IOException | JacksonException e) {
            return error(502, "the enclave did not answer: " + e.getMessage());
        } finally {
            places.release();
        }
    }

    private Answer relay(LiveEnclave live, byte[] nonce) throws IOException {
        var answer = EnclaveHttp.challenge(live.enclave(), nonce, TIMEOUT);
        if (answer.status() != 200) {
            return new Answer(502, answer.body());
        }
        // The manifest's bytes are measured: the answer is extended as text, not written anew.
        String body = new String(answer.body(), StandardCharsets.UTF_8).strip();
        if (!body.startsWith("{") || !body.endsWith("}") || !json.readTree(body).has("document")) {
            return error(502, "the enclave's answer is not what was asked for");
        }
        String hints = json.writeValueAsString(hints(live));
        return new Answer(200, (body.substring(0, body.length() - 1) + ",\"hints\":" + hints + "}")
                .getBytes(StandardCharsets.UTF_8));
    }

    private ObjectNode hints(LiveEnclave live) {
        var release = live.release();
        ObjectNode hints = json.createObjectNode();
        hints.put("commit", release.commitId());
        if (release.source() != null) {
            hints.put("source", release.source());
        }
        if (live.channelPort() != null) {
            hints.putObject("channel").put("port", live.channelPort());
        }
        return hints.put("enclaveos", release.enclaveos()).put("release", release.number());
    }

    Answer error(int status, String message) {
        return new Answer(status, json.writeValueAsBytes(Map.of("errors", List.of(message))));
    }
}
