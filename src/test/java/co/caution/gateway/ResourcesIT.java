package co.caution.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.TestService;
import co.caution.account.Account;
import co.caution.account.Role;
import co.caution.account.Sessions;
import co.caution.account.Tokens;
import co.caution.account.WayIn;
import co.caution.app.App;
import co.caution.app.Apps;
import co.caution.app.Build;
import co.caution.app.Deployment;
import co.caution.app.PlatformSettings;
import co.caution.app.Release;
import co.caution.app.store.AppStore;
import co.caution.enclaveos.EnclaveOsRelease;
import co.caution.project.Manifest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is on record of an app, and what a build says while it is at work. */
@Timeout(300)
class ResourcesIT {

    private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private static final String MANIFEST = "{ \"version\":1,\n  \"argv\":[\"/bin/h\u00e9llo\"]}\n";

    private static TestService service;
    private static AppStore store;
    private static UUID organization;
    private static Account viewer;
    private static String token;
    private static App app;

    @BeforeAll
    static void anAppWithTwoReleasesOfWhichOneImageIsKept() throws IOException {
        service = TestService.shared();
        store = service.bean(AppStore.class);
        organization = service.organization("recorders");
        viewer = service.person("reader");
        service.join(organization, viewer, Role.VIEWER);
        token = service.token(viewer);
        app = service.bean(Apps.class).create(organization, "recorded");
        Release first = release(1);
        Release second = release(2);
        Path image = service.bean(PlatformSettings.class).image(second.eifSha256());
        Files.createDirectories(image.getParent());
        Files.writeString(image, "an image");
        deployment(first, Deployment.State.RETIRED, "another release took over", 0);
        deployment(second, Deployment.State.FAILED, "the app did not answer", 1);
    }

    private static Release release(int number) {
        var build = build(Build.State.SUCCEEDED);
        var release = new Release(UUID.randomUUID(), app.id(), number, build.id(), build.commitId(), null, ("" + number).repeat(64), 548,
                "a".repeat(96), "b".repeat(96), "c".repeat(96), MANIFEST, "d".repeat(64), NOW);
        store.insert(release);
        return release;
    }

    private static Build build(Build.State state) {
        var build = new Build(UUID.randomUUID(), app.id(), "refs/heads/main", "e".repeat(40), state, null, null, NOW, null);
        store.insert(build);
        return build;
    }

    private static void deployment(Release release, Deployment.State state, String reason, int second) {
        var deployment = new Deployment(UUID.randomUUID(), app.id(), release.id(), state, reason, NOW.plusSeconds(second), NOW.plusSeconds(second),
                NOW.plusSeconds(second + 1));
        store.insert(deployment);
        store.update(deployment);
    }

    /** Repositories of either count against what pushes may fill. */
    @Test
    void theAppsThatWereDestroyedAreKnownApart() {
        UUID theirs = service.organization("destroyers");
        var apps = service.bean(Apps.class);
        App stays = apps.create(theirs, "stays");
        App goes = apps.create(theirs, "goes");
        apps.destroy(theirs, goes.id(), () -> {});
        assertThat(store.appIds(theirs, false)).containsExactly(stays.id());
        assertThat(store.appIds(theirs, true)).containsExactly(goes.id());
    }

    @Test
    void releasesAreListedNewestFirstAndSayWhatIsKept() throws Exception {
        JsonNode all = get("/api/apps/recorded/releases");
        assertThat(all.valueStream().map(each -> each.path("number").asInt())).containsExactly(2, 1);
        assertThat(all.valueStream().map(each -> each.path("image_kept").asBoolean())).containsExactly(true, false);
        assertThat(all.get(1)).isEqualTo(get("/api/apps/" + app.id() + "/releases/1"));
        assertThat(all.get(0).propertyNames()).containsExactlyInAnyOrder("number", "commit", "pcr0", "pcr1", "pcr2", "eif_size",
                "eif_sha256", "enclaveos", "created_at", "runs", "image_kept");
        assertThat(all.get(0).path("runs").asBoolean(true)).isFalse();
        for (String absent : List.of("3", "0", "-1", "2147483648", "x")) {
            assertThat(call("/api/apps/recorded/releases/" + absent, null).statusCode()).as(absent).isEqualTo(404);
        }
    }

    @Test
    void aManifestIsGivenOutByteForByte() throws Exception {
        var answer = call("/api/apps/recorded/releases/1/manifest", null);
        assertThat(answer.body()).isEqualTo(MANIFEST);
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
        assertThat(call("/api/apps/recorded/releases/9/manifest", null).statusCode()).isEqualTo(404);
    }

    @Test
    void deploymentsAreListedNewestFirstWithTheirReleasesNumbers() throws Exception {
        JsonNode all = get("/api/apps/recorded/deployments");
        assertThat(all.valueStream().map(each -> each.path("release").asInt() + " " + each.path("state").asString()))
                .containsExactly("2 failed", "1 retired");
        assertThat(all.get(0).path("reason").asString()).isEqualTo("the app did not answer");
        assertThat(Instant.parse(all.get(1).path("live_at").asString())).isEqualTo(NOW);
        assertThat(get("/api/apps/recorded/deployments/" + all.get(0).path("id").asString())).isEqualTo(all.get(0));
        App other = service.bean(Apps.class).create(organization, "unrecorded");
        for (String path : List.of("recorded/deployments/" + UUID.randomUUID(), "recorded/deployments/x",
                other.id() + "/deployments/" + all.get(0).path("id").asString())) {
            assertThat(call("/api/apps/" + path, null).statusCode()).as(path).isEqualTo(404);
        }
        assertThat(get("/api/apps/unrecorded/deployments")).isEmpty();
        assertThat(get("/api/apps/unrecorded/releases")).isEmpty();
    }

    @Test
    void aReleaseIsDeployedAgainOnlyWhereItsImageIsKept() throws Exception {
        Account member = service.person("redeployer");
        service.join(organization, member, Role.MEMBER);
        String mayDeploy = service.token(member);
        String path = "/api/apps/recorded/deployments";
        assertThat(service.call("POST", path, token, "{\"release\":2}").statusCode()).as("a viewer").isEqualTo(403);
        assertThat(service.call("POST", path, mayDeploy, "{\"release\":1}").body()).contains("its image is gone");
        assertThat(service.call("POST", path, mayDeploy, "{\"release\":7}").statusCode()).isEqualTo(404);
        for (String wrong : List.of("{}", "{\"release\":\"x\"}", "{\"release\":99999999999}", "[]")) {
            assertThat(service.call("POST", path, mayDeploy, wrong).statusCode()).as(wrong).isEqualTo(400);
        }
    }

    /** Whoever asked for it is on record; an image that was changed on disk is not what was built, and starts nothing. */
    @Test
    void anImageThatWasChangedOnDiskIsNotDeployedAgain() throws Exception {
        Account member = service.person("hopeful");
        service.join(organization, member, Role.MEMBER);
        App other = service.bean(Apps.class).create(organization, "once-built");
        var build = new Build(UUID.randomUUID(), other.id(), "refs/heads/main", "e".repeat(40), Build.State.SUCCEEDED, null, null, NOW, NOW);
        store.insert(build);
        String manifest = new String(new Manifest(2, "e".repeat(40), "buildah", List.of(),
                "f".repeat(64), List.of("/bin/app"), List.of(), "/", new Manifest.User(0, 0, List.of()), List.of(8080), List.of(), 1, 512, false,
                null).toJson(), StandardCharsets.UTF_8);
        var release = new Release(UUID.randomUUID(), other.id(), 1, build.id(), build.commitId(), null, "9".repeat(64), 548, "a".repeat(96),
                "b".repeat(96), "c".repeat(96), manifest, "d".repeat(64), NOW);
        store.insert(release);
        Files.writeString(service.bean(PlatformSettings.class).image(release.eifSha256()), "no image");

        var asked = service.call("POST", "/api/apps/once-built/deployments", service.token(member), "{\"release\":1}");
        assertThat(asked.statusCode()).as(asked.body()).isEqualTo(202);
        assertThat(asked.body()).contains("\"build\":\"" + build.id() + "\"");
        String output = "/api/apps/once-built/builds/" + build.id() + "/output?restart=true&wait=20&from=";
        HttpResponse<String> said = call(output + 0, null);
        for (int lines = 0; said.headers().firstValue("x-build-state").orElseThrow().equals("running"); said = call(output + lines, null)) {
            lines += (int) said.body().lines().count();
        }
        assertThat(call(output + 0, null).body()).contains("Starting v1 of commit eeeeeee as it was built", "fatal: deployment failed: ");
        assertThat(get("/api/apps/once-built/releases/1").path("runs").asBoolean(true)).isFalse();
        assertThat(service.bean(JdbcClient.class).sql("select actor from audit_entry where event = 'release.deploy' and subject = 'once-built'")
                .query(String.class).list()).containsExactly("hopeful");
    }

    @Test
    void thePlatformSaysWhatItIsAndHowMuchRoomItHasAndNothingOfAnybodysApps() throws Exception {
        JsonNode status = get("/api/status");
        assertThat(status.at("/hosting/kind").asString()).isEqualTo("local");
        assertThat(status.at("/hosting/simulated").asBoolean()).isTrue();
        assertThat(status.at("/enclaveos/digest").asString()).isEqualTo(service.bean(EnclaveOsRelease.class).digest());
        assertThat(status.at("/enclaveos/pcr1").asString()).matches("[0-9a-f]{96}");
        for (String part : List.of("memory", "cpus", "ports", "disk")) {
            JsonNode room = status.path("capacity").path(part);
            assertThat(room.path("total").asLong()).as(part).isPositive();
            assertThat(room.path("used").asLong(-1)).as(part).isNotNegative();
            assertThat(room.path("free").asLong(-1)).as(part).isBetween(0L, room.path("total").asLong());
        }
        long ports = status.at("/capacity/ports/used").asLong();
        service.bean(Apps.class).create(organization, "one-more-port");
        assertThat(get("/api/status").at("/capacity/ports/used").asLong()).isEqualTo(ports + 1);
        assertThat(status.toString()).doesNotContain("recorded", "recorders", app.id().toString(), service.home.toString());
        assertThat(service.call("GET", "/api/status", null, null).statusCode()).isEqualTo(401);
    }

    @Test
    void whatABuildSaidComesAsNumberedEventsAndEndsWithTheBuild() throws Exception {
        Build over = build(Build.State.FAILED);
        says(over, "-----> Received\n       h\u00e9llo\nfatal: no\n");
        var all = call(events(over), null);
        assertThat(all.headers().firstValue("content-type").orElseThrow()).startsWith("text/event-stream");
        assertThat(all.body()).isEqualTo("retry: 1000\n\nid: 1\ndata: -----> Received\n\nid: 2\ndata:        h\u00e9llo\n\nid: 3\ndata: fatal: no\n\n"
                + "id: end\nevent: end\ndata: " + call("/api/apps/recorded/builds/" + over.id(), null).body() + "\n\n");

        assertThat(call(events(over), "2").body()).doesNotContain("id: 2").contains("id: 3\n", "event: end");
        assertThat(call(events(over), "99").body()).doesNotContain("data: fatal").contains("event: end");
        assertThat(call(events(over), "-5").body()).isEqualTo(all.body());
        assertThat(call(events(over), "DROP TABLE").body()).isEqualTo(all.body());
        assertThat(call(events(over), "end").statusCode()).isEqualTo(204);
        assertThat(call(events(over).replace(over.id().toString(), UUID.randomUUID().toString()), null).statusCode()).isEqualTo(404);
        assertThat(service.call("HEAD", events(over), token, null).body()).isEmpty();
    }

    @Test
    void whoeverFollowsABuildSeesItsLinesComeAndItsEnd() throws Exception {
        Build atWork = build(Build.State.RUNNING);
        Path log = says(atWork, "one\n");
        try (var http = HttpClient.newHttpClient(); var lines = http.send(request(events(atWork)), BodyHandlers.ofLines()).body()) {
            var seen = lines.iterator();
            next(seen, "data: one");
            Files.writeString(log, "one\ntwo\n");
            next(seen, "data: two");
            store.update(new Build(atWork.id(), app.id(), atWork.ref(), atWork.commitId(), Build.State.CANCELLED, null, null, NOW, NOW));
            next(seen, "event: end");
            assertThat(seen.next()).contains("\"state\":\"cancelled\"");
        }
    }

    /** All at once, as each takes as long as it takes to be asked again. */
    @Test
    void aStreamEndsSoonAfterTheRightToIt() throws Exception {
        Build atWork = build(Build.State.RUNNING);
        says(atWork, "one\n");
        var jdbc = service.bean(JdbcClient.class);
        var account = new HashMap<String, UUID>();
        var streams = new HashMap<String, Iterator<String>>();
        var http = HttpClient.newHttpClient();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor(); AutoCloseable _ = http::shutdownNow) {
            for (String which : List.of("token", "session", "membership", "nothing")) {
                Account reader = service.person("stream-of-" + which);
                service.join(organization, reader, Role.VIEWER);
                account.put(which, reader.id());
                var asked = HttpRequest.newBuilder(URI.create(service.url() + events(atWork))).timeout(Duration.ofSeconds(60));
                if (which.equals("session")) {
                    var begun = service.bean(Sessions.class).begin(reader.id(), "test", WayIn.NONE);
                    asked.header("Cookie", "caution-localhost=" + begun.cookie()).header(SessionFilter.PAGE, begun.page());
                } else {
                    asked.header("Authorization", "Bearer " + service.token(reader));
                }
                var lines = http.send(asked.build(), BodyHandlers.ofLines()).body().iterator();
                next(lines, "data: one");
                streams.put(which, lines);
            }
            service.bean(Tokens.class).revokeAll(account.get("token"), null);
            service.bean(Sessions.class).endAll(account.get("session"), null);
            jdbc.sql("delete from membership where organization_id = ? and account_id = ?").params(organization, account.get("membership")).update();
            for (String which : List.of("token", "session", "membership")) {
                threads.submit(() -> streams.get(which).forEachRemaining(line -> assertThat(line).as(which).isNotEqualTo("event: end")))
                        .get(60, TimeUnit.SECONDS);
            }
            store.update(new Build(atWork.id(), app.id(), atWork.ref(), atWork.commitId(), Build.State.CANCELLED, null, null, NOW, NOW));
            next(streams.get("nothing"), "event: end");
        }
    }

    private static void next(Iterator<String> lines, String wanted) {
        while (!lines.next().equals(wanted)) {
            assertThat(lines.hasNext()).isTrue();
        }
    }

    /** Each has its connection and a virtual thread, and both for as long as it stays. */
    @Test
    void whoNeverReadsHoldsUpNobodyAndWhoeverHasTooManyOpenIsToldSo() throws Exception {
        Build loud = build(Build.State.SUCCEEDED);
        says(loud, ("x".repeat(1000) + "\n").repeat(12_000));
        var deaf = new ArrayList<Socket>();
        long threads = Thread.getAllStackTraces().size();
        try {
            for (int i = 0; i < 10; i++) {
                deaf.add(deaf(events(loud)));
            }
            await(429, events(loud), token);
            assertThat(call(events(loud), null).body()).contains("You follow 10 builds already", "\"status\":429");
            assertThat(Thread.getAllStackTraces().size() - threads).isLessThan(8);
            Account other = service.person("patient-reader");
            service.join(organization, other, Role.VIEWER);
            assertThat(service.call("GET", events(loud), service.token(other), null).body()).contains("event: end");
        } finally {
            for (Socket socket : deaf) {
                socket.close();
            }
        }
        await(200, events(loud), token);
    }

    private static Socket deaf(String path) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress("localhost", service.port));
        socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().read()).isEqualTo('H'); // it is being answered
        return socket;
    }

    private static void await(int status, String path, String token) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (service.call("GET", path, token, null).statusCode() != status) {
            assertThat(System.nanoTime()).as("%s answers %s", path, status).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static Path says(Build build, String lines) throws IOException {
        Path log = service.home.resolve("builds").resolve(build.id().toString()).resolve("push.log");
        Files.createDirectories(log.getParent());
        return Files.writeString(log, lines);
    }

    private static String events(Build build) {
        return "/api/apps/" + app.id() + "/builds/" + build.id() + "/events";
    }

    private static HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create(service.url() + path)).header("Authorization", "Bearer " + token)
                .header("Accept", "text/event-stream").timeout(Duration.ofSeconds(30)).build();
    }

    private static HttpResponse<String> call(String path, @Nullable String lastEvent) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(service.url() + path)).header("Authorization", "Bearer " + token)
                .timeout(Duration.ofSeconds(30));
        if (path.endsWith("/events")) {
            request.header("Accept", "text/event-stream");
        }
        if (lastEvent != null) {
            request.header("Last-Event-ID", lastEvent);
        }
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request.build(), BodyHandlers.ofString());
        }
    }

    private static JsonNode get(String path) throws Exception {
        var answer = call(path, null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new JsonMapper().readTree(answer.body());
    }
}
