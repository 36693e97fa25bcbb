package co.caution.app.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import co.caution.app.App;
import co.caution.app.Apps;
import co.caution.app.Build;
import co.caution.app.Deployer;
import co.caution.app.ProgressLog;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import tools.jackson.databind.json.JsonMapper;

/** Streams of a build that says a line each time it is asked, and is never over. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BuildEventsControllerTest {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");

    @TempDir
    Path directory;

    private final App app = new App(UUID.randomUUID(), UUID.randomUUID(), "hello", null, NOW);
    private final Build build = new Build(UUID.randomUUID(), app.id(), "refs/heads/main", "c", Build.State.RUNNING, null, null, NOW, null);
    private final UUID caller = UUID.randomUUID();
    private final Apps apps = mock(Apps.class);
    private final Deployer deployer = mock(Deployer.class);

    @BeforeEach
    void aBuildThatGoesOn() throws Exception {
        var said = mock(ProgressLog.class);
        when(said.from(anyInt(), any())).thenAnswer(call -> List.of("line " + call.getArgument(0)));
        when(apps.get(app.organizationId(), app.id())).thenReturn(app);
        when(apps.build(app, build.id())).thenReturn(build);
        when(deployer.progressLog(build.id())).thenReturn(directory.resolve("push.log"));
        when(deployer.following(any())).thenReturn(Optional.of(said));
    }

    private BuildEventsController controller(Duration heartbeat) {
        return new BuildEventsController(apps, deployer, new JsonMapper(),
                new BuildEventsController.Times(heartbeat, Duration.ofDays(1), Duration.ZERO));
    }

    private void follow(BuildEventsController controller, BooleanSupplier still, HttpServletResponse to) throws Exception {
        controller.events(new Apps.Owner(app.organizationId(), "anna"), caller, still, app.id(), build.id(), null,
                new MockHttpServletRequest("GET", "/"), to);
    }

    @Test
    void whoMayNoMoreIsToldNoLineAfterItWasAsked() throws Exception {
        var asked = new AtomicInteger();
        var linesWhenRefused = new AtomicInteger();
        var to = new MockHttpServletResponse();
        follow(controller(Duration.ofNanos(1)), () -> {
            linesWhenRefused.set((int) text(to).lines().filter(line -> line.startsWith("data: ")).count());
            return asked.incrementAndGet() < 4;
        }, to);
        assertThat(asked.get()).isEqualTo(4);
        assertThat(linesWhenRefused.get()).isEqualTo(3);
        assertThat(text(to)).contains("data: line 2\n").doesNotContain("line 3", "event: end");
    }

    private static String text(MockHttpServletResponse answer) {
        return new String(answer.getContentAsByteArray(), StandardCharsets.UTF_8);
    }

    /** However often a build says something, the database is asked once in a heartbeat. */
    @Test
    void itIsNotAskedWithEachLine() throws Exception {
        var asked = new AtomicInteger();
        follow(controller(Duration.ofDays(1)), () -> {
            asked.incrementAndGet();
            return true;
        }, new Gone(1000));
        assertThat(asked.get()).isZero();
    }

    @Test
    void whoeverIsGoneFreesTheirPlace() throws Exception {
        var controller = controller(Duration.ofMillis(1));
        for (int i = 0; i < BuildEventsController.MOST_OF_ONE + 1; i++) {
            follow(controller, () -> true, new Gone(3));
        }
    }

    @Test
    void soDoesWhoeverCannotBeAskedAbout() throws Exception {
        var controller = controller(Duration.ofNanos(1));
        for (int i = 0; i < BuildEventsController.MOST_OF_ONE + 1; i++) {
            var to = new MockHttpServletResponse();
            to.setCommitted(true);
            follow(controller, () -> {
                throw new IllegalStateException("the database is away");
            }, to);
        }
    }

    /** A client that leaves after so many parts. */
    private static final class Gone extends MockHttpServletResponse {

        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private int left;

        Gone(int parts) {
            left = parts;
        }

        @Override
        public ServletOutputStream getOutputStream() {
            return new ServletOutputStream() {
                @Override
                public void write(int one) {
                    taken.write(one);
                }

                @Override
                public void flush() throws IOException {
                    if (--left < 0) {
                        throw new IOException("Broken pipe");
                    }
                }

                @Override
                public boolean isReady() {
                    return true;
                }

                @Override
                public void setWriteListener(WriteListener listener) {
                    throw new UnsupportedOperationException();
                }
            };
        }
    }
}
