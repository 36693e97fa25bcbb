package co.caution.cli;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One app's builds on the server. */
final class Builds {

    private static final int WAIT_SECONDS = 20;
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

    /** @param over whether the build was over when this was read: then these are its last lines */
    record Said(List<String> lines, boolean over) {}

    private final ApiClient api;
    private final String path;

    Builds(ApiClient api, String app) {
        this.api = api;
        this.path = "/api/apps/" + app + "/builds";
    }

    /** Newest first. */
    JsonNode all() {
        return api.list(path);
    }

    /** @param start of its id; without one, the newest */
    JsonNode find(@Nullable String start) {
        JsonNode all = start == null ? api.get(path + "?limit=1") : all();
        if (all.isEmpty()) {
            throw new CliException("not_found", "This app has no builds. A push makes one: git push caution main");
        }
        if (start == null) {
            return all.get(0);
        }
        List<JsonNode> found = StreamSupport.stream(all.spliterator(), false)
                .filter(build -> !start.isEmpty() && build.path("id").asString().startsWith(start))
                .toList();
        if (found.size() > 1) {
            throw new CliException("'" + start + "' begins the id of " + found.size() + " builds: " + found.stream()
                    .map(build -> build.path("id").asString()).collect(Collectors.joining(", ")) + ". Give more of it.");
        }
        if (found.isEmpty()) {
            throw new CliException("not_found", "This app has no build '" + start + "'. 'caution builds list' shows its builds.");
        }
        return found.getFirst();
    }

    /**
     * @param from how many lines are known already
     * @param wait seconds to wait for the next one
     */
    Said output(JsonNode build, int from, int wait, boolean restart) {
        var answer = api.exchange("GET", path + "/" + id(build) + "/output?from=" + from + "&wait=" + wait
                + (restart ? "&restart=true" : ""));
        return new Said(answer.text().lines().toList(), !answer.header("x-build-state").equals("running"));
    }

    /** @return the build as it is when it is over */
    JsonNode follow(JsonNode build, Consumer<String> line) {
        follow(build, false, line);
        return api.get(path + "/" + id(build));
    }

    /** @param restart what is said while its release is started again */
    void follow(JsonNode build, boolean restart, Consumer<String> line) {
        int seen = 0;
        Said said;
        do {
            long before = System.nanoTime();
            said = output(build, seen, WAIT_SECONDS, restart);
            said.lines().forEach(line);
            seen += said.lines().size();
            if (said.lines().isEmpty() && !said.over() && System.nanoTime() - before < BETWEEN_TRIES.toNanos()) {
                pause(); // nobody writes and nobody says that it is over: do not ask a thousand times a second
            }
        } while (!said.over());
    }

    JsonNode cancel(JsonNode build) {
        return api.post(path + "/" + id(build) + "/cancel", List.of());
    }

    private static String id(JsonNode build) {
        return build.path("id").asString();
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_TRIES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted");
        }
    }
}
