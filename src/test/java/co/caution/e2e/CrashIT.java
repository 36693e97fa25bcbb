package co.caution.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One life of a service that everything is killed in; each phase of a push has a test of its own. */
class CrashIT {

    private static final int SIGTERM = 128 + 15;

    @TempDir
    static Path directory;

    @Test
    void whatIsKilledComesBackAndThePushSucceedsWhenItIsRepeated() throws Exception {
        try (var service = new Service(directory.resolve("service"), Map.of()).start()) {
            var anna = new Developer(service.site, directory.resolve("anna"), "anna", true).withExample("docs/examples/hello");
            anna.caution("init", "--name", "hello");
            var app = LiveApp.of(anna.commit("Link the app").push());
            app.awaitAnswer("Hello");

            // The enclave's machine.
            service.running("qemu-system").forEach(ProcessHandle::destroyForcibly);
            app.awaitAnswer("Hello");
            assertThat(app.attests()).isEqualTo(200);
            assertThat(anna.caution("apps", "get").output()).contains("running", "restart 1", "ended without a report");

            // Its database.
            service.database().forEach(ProcessHandle::destroyForcibly);
            service.awaitHealth(Duration.ofSeconds(30));

            // The service, while it builds.
            anna.replace("hello.c", "\"%s\\n\"", "\"%s?\\n\"").commit("Ask");
            try (var push = anna.startPush().awaitText("STEP")) {
                service.kill();
                assertThat(push.end().exitCode()).isNotZero();
            }
            service.remains().nothingIsAlive();
            service.start();
            service.remains().noFileIsLeft();
            app.awaitAnswer("Hello");
            assertThat(app.answer()).as("what was live before").doesNotContain("?");
            assertThat(app.attests()).isEqualTo(200);
            assertThat(anna.caution("builds", "list").output()).contains("abandoned");
            LiveApp.of(anna.push()).awaitAnswer("?");

            // Everything at once.
            service.powerCut();
            service.remains().nothingIsAlive();
            service.start();
            app.awaitAnswer("?");
            assertThat(app.attests()).isEqualTo(200);

            assertThat(service.stop()).isEqualTo(SIGTERM);
            service.remains().nothingIsAlive();
            service.remains().noFileIsLeft();
            service.remains().noEnclaveIsLeft();
        }
    }
}
