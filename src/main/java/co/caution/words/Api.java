package co.caution.words;

import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The platform's HTTP API, for callers that are known by other means than HTTP's: same handlers, permissions and limits. */
public interface Api {

    /**
     * @param fingerprint of the SSH key that they signed in with
     * @param address where they call from
     */
    record Caller(UUID account, String name, String fingerprint, @Nullable String address) {}

    /**
     * @param path with its query, percent-encoded
     * @param body JSON; null for a call without one
     */
    record Call(String method, String path, byte @Nullable [] body) {}

    /** @param headers by their names in lower case */
    record Answer(int status, Map<String, String> headers, byte[] body) {}

    Answer call(Caller caller, Call call) throws IOException;
}
