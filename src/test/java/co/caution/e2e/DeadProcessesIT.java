package co.caution.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.TestDatabase;
import co.caution.e2e.Developer.Result;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service that lives on while what it works with dies or hangs. */
@Tag("full")
class DeadProcessesIT {

    private static final Duration AWAY = Duration.ofSeconds(30);
    private static final String NO_DATABASE = "database cannot be reached just now";
    private static final String WAITS = "The platform's database is away; waiting for it";

    private static final String GIVES_UP = """
            #include <arpa/inet.h>
            #include <sys/socket.h>
            #include <unistd.h>
            int main(void) {
                static const char answer[] = "HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n";
                struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(8080)};
                char request[4096];
                int listener = socket(AF_INET, SOCK_STREAM, 0);
                if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1)) return 1;
                int client = accept(listener, 0, 0);
                if (read(client, request, sizeof request) < 0) return 2;
                if (write(client, answer, sizeof answer - 1) < 0) return 2;
                close(client);
                sleep(1);
                return 3;
            }
            """;

    @TempDir
    static Path directory;

    private static TestDatabase database;
    private static Service service;

    @BeforeAll
    static void startWithAnOutsideDatabase() throws Exception {
        database = new TestDatabase(directory.resolve("database"));
        service = new Service(directory.resolve("service"), Map.of("CAUTION_DATABASE_URL", database.url(),
                "CAUTION_DATABASE_USER", database.user(), "CAUTION_DATABASE_PASSWORD", database.password())).start();
    }

    @AfterAll
    static void stop() throws Exception {
        if (service != null) {
            service.close();
        }
        if (database != null) {
            database.close();
        }
    }

    @Test
    void anEnclaveWhoseProgramBesideItIsKilledComesBack() throws Exception {
        var anna = developer("anna");
        var app = LiveApp.of(anna.push());
        service.running("caution-host").forEach(ProcessHandle::destroyForcibly);
        app.awaitAnswer("Hello");
        assertThat(app.attests()).isEqualTo(200);
        assertThat(anna.caution("apps", "list").output()).contains("restart 1");
        assertThat(service.running("qemu-system")).as("of two that ran, one is left").hasSize(1);
        anna.destroy("anna");
    }

    @Test
    void aBuildWhoseBuilderIsKilledFailsWithTheReasonAndCanBeRepeated() throws Exception {
        var bert = developer("bert");
        try (var push = bert.startPush().awaitText("STEP 2")) {
            service.running("buildah").forEach(ProcessHandle::destroyForcibly);
            Result failed = push.end();
            assertThat(failed.exitCode()).isEqualTo(1);
            assertThat(failed.output()).contains("fatal: build failed: the container build failed (exit status 137)");
        }
        service.remains().noFileIsLeft();
        LiveApp.of(bert.push()).awaitAnswer("Hello");
        bert.destroy("bert");
    }

    @Test
    void anAppThatEndsByItselfIsStartedAgainALimitedNumberOfTimes() throws Exception {
        var cleo = developer("cleo");
        cleo.write("hello.c", GIVES_UP).commit("Give up after an answer");
        LiveApp.of(cleo.push());
        String shown = cleo.caution("apps", "get").output();
        for (int tries = 0; !shown.contains("failed") && tries < 300; tries++) {
            Thread.sleep(500);
            shown = cleo.caution("apps", "get").output();
        }
        assertThat(shown).contains("failed", "exited with code 3", "5 times in a row");
        Result verify = cleo.caution("verify");
        assertThat(verify.exitCode()).isEqualTo(4);
        assertThat(verify.output()).contains("no enclave of this app is running");

        // Whoever pushes as it is asks for another start.
        assertThat(cleo.push().output()).contains("remote: Deployment successful!", "Everything up-to-date");
        cleo.destroy("cleo");
    }

    /** Stopped, not killed: connections hang, which is worse than none. */
    @Test
    void whileTheDatabaseIsAwayAppsServeCallersAreToldAndPushesWait() throws Exception {
        var dora = developer("dora");
        var app = LiveApp.of(dora.push());
        dora.replace("hello.c", "\"%s\\n\"", "\"%s again\\n\"").commit("Again");
        var late = new Developer(service.site, directory.resolve("emil"), "emil", true).withExample("docs/examples/hello");
        late.caution("init", "--name", "emil");
        late.commit("Link");
        long until = System.nanoTime() + AWAY.toNanos();
        try (var push = dora.startPush().awaitText("STEP 2")) {
            signal("STOP");
            try {
                Result list = dora.caution("apps", "list");
                assertThat(list.exitCode()).isEqualTo(1);
                assertThat(list.output()).contains(NO_DATABASE);
                assertThat(app.answer()).contains("Hello");
                assertThat(app.attests()).isEqualTo(200);
                Result refused = late.push();
                assertThat(refused.exitCode()).isNotZero();
                assertThat(refused.output()).contains(NO_DATABASE).doesNotContain("Permission denied");
                push.awaitText(WAITS);
                while (System.nanoTime() < until) {
                    assertThat(app.answer()).contains("Hello");
                    Thread.sleep(500);
                }
            } finally {
                signal("CONT");
            }
            Result live = push.end();
            assertThat(live.exitCode()).as(live.output()).isZero();
        }
        app.awaitAnswer("again");
        assertThat(dora.caution("apps", "list").exitCode()).isZero();
        LiveApp.of(late.push()).awaitAnswer("Hello");
        for (var developer : List.of(dora, late)) {
            developer.destroy(developer == dora ? "dora" : "emil");
        }
    }

    private static void signal(String name) throws Exception {
        var command = new ArrayList<>(List.of("kill", "-" + name));
        database.processes().forEach(handle -> command.add("" + handle.pid()));
        assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
    }

    private static Developer developer(String name) throws Exception {
        var developer = new Developer(service.site, directory.resolve(name), name, true).withExample("docs/examples/hello");
        developer.caution("init", "--name", name);
        return developer.commit("Link the app");
    }
}
