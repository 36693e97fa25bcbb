package co.caution.git;

import co.caution.words.Api;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes what it is asked, and answers as it is told. */
final class TestApi implements Api {

    final List<Call> calls = new CopyOnWriteArrayList<>();
    volatile Answer answer = said(200, "{}", "succeeded");

    static Answer said(int status, String body, String state) {
        return new Answer(status, Map.of("x-build-state", state), body.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Answer call(Caller caller, Call call) {
        calls.add(call);
        return answer;
    }
}
