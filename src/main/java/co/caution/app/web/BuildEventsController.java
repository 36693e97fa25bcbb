package co.caution.app.web;

import co.caution.app.App;
import co.caution.app.AppException;
import co.caution.app.Apps;
import co.caution.app.Apps.Owner;
import co.caution.app.Build;
import co.caution.app.Deployer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/**
 * A build as server-sent events (WHATWG HTML, 9.2): each line with its number as id, then {@code end} with the build. Each
 * stream is one virtual thread. A client that does not read is cut off by the connector's time-out for writing; it may go on where it was.
 */
@RestController
class BuildEventsController {

    private static final Logger LOG = LoggerFactory.getLogger(BuildEventsController.class);

    /** The id of the last event; whoever comes back with it has everything. */
    static final String END = "end";
    static final int MOST_OF_ONE = 10;

    /**
     * @param heartbeat without a line for that long, a comment shows that both still live; how often it is asked whether the caller may still
     *     follow
     * @param longest after which the client has to come again
     * @param pause between two looks at a build whose worker is just about to begin, or has just ended
     */
    record Times(Duration heartbeat, Duration longest, Duration pause) {
        static final Times USUAL = new Times(Duration.ofSeconds(5), Duration.ofMinutes(10), Duration.ofMillis(500));
    }

    private final Apps apps;
    private final BuildOutput output;
    private final JsonMapper json;
    private final Times times;
    /** How many streams each account has open. */
    private final Map<UUID, Integer> open = new ConcurrentHashMap<>();

    @Autowired
    BuildEventsController(Apps apps, Deployer deployer, JsonMapper json) {
        this(apps, deployer, json, Times.USUAL);
    }

    BuildEventsController(Apps apps, Deployer deployer, JsonMapper json, Times times) {
        this.apps = apps;
        this.output = new BuildOutput(apps, deployer);
        this.json = json;
        this.times = times;
    }

    @GetMapping(path = "/api/apps/{app}/builds/{build}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    void events(@RequestAttribute(Apps.OWNER) Owner owner, @RequestAttribute(Apps.CALLER) UUID caller,
            @RequestAttribute(Apps.STILL_PERMITTED) BooleanSupplier still, @PathVariable UUID app, @PathVariable UUID build,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String last, HttpServletRequest request,
            HttpServletResponse response) throws IOException, InterruptedException {
        App found = apps.get(owner.id(), app);
        Build followed = apps.build(found, build);
        if (END.equals(last)) {
            response.setStatus(HttpServletResponse.SC_NO_CONTENT); // which tells a browser to stop asking
            return;
        }
        enter(caller);
        try {
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            response.setCharacterEncoding(StandardCharsets.UTF_8);
            response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            response.setHeader("x-accel-buffering", "no"); // a proxy that collects events has misunderstood them
            if (!request.getMethod().equals(HttpMethod.HEAD.name())) {
                // Not the servlet's own writer, which keeps it to itself that a client is gone.
                tell(found, followed, number(last), still, new BufferedWriter(
                        new OutputStreamWriter(response.getOutputStream(), StandardCharsets.UTF_8)));
            }
        } catch (IOException e) {
            LOG.debug("whoever followed build {} is gone: {}", build, e.getMessage());
        } catch (RuntimeException e) {
            if (!response.isCommitted()) {
                throw e;
            }
            LOG.warn("build {} could not be followed any further: {}", build, e.toString()); // an answer is under way: the client comes again
        } finally {
            leave(caller);
        }
    }

    private void tell(App app, Build build, int from, BooleanSupplier still, Writer to) throws IOException, InterruptedException {
        int seen = from;
        long deadline = System.nanoTime() + times.longest().toNanos();
        long ask = System.nanoTime() + times.heartbeat().toNanos();
        to.write("retry: 1000\n\n");
        while (System.nanoTime() < deadline) {
            var said = output.from(app, build, false, seen, Duration.ofNanos(Math.max(0, ask - System.nanoTime())));
            if (System.nanoTime() >= ask) {
                if (!still.getAsBoolean()) {
                    return; // whoever comes again is told why
                }
                ask = System.nanoTime() + times.heartbeat().toNanos();
            }
            for (String line : said.lines()) {
                to.write("id: " + ++seen + "\ndata: " + line + "\n\n");
            }
            if (said.state() != Build.State.RUNNING) {
                var ended = BuildController.BuildView.of(apps.build(app, build.id()));
                to.write("id: " + END + "\nevent: " + END + "\ndata: " + json.writeValueAsString(ended) + "\n\n");
                to.flush();
                return;
            }
            if (said.lines().isEmpty()) {
                to.write(": the build is at work\n\n");
            }
            to.flush();
            if (!said.written()) {
                Thread.sleep(times.pause());
            }
        }
    }

    private void enter(UUID account) {
        open.compute(account, (_, before) -> {
            if (before != null && before >= MOST_OF_ONE) {
                throw new AppException.TooMany("You follow " + MOST_OF_ONE + " builds already, and more are not shown at a time: end one first.");
            }
            return before == null ? 1 : before + 1;
        });
    }

    private void leave(UUID account) {
        open.computeIfPresent(account, (_, now) -> now == 1 ? null : now - 1);
    }

    private static int number(@Nullable String last) {
        try {
            return last == null ? 0 : Math.max(0, Integer.parseInt(last));
        } catch (NumberFormatException e) {
            return 0; // not one of ours: from the start
        }
    }
}
