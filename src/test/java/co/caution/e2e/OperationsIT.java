package co.caution.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
import tools.jackson.databind.json.JsonMapper;

/** What an operator sees of a service at work: health, metrics, routes, logs. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OperationsIT {

    private static final PrintStream OUT = System.out;
    private static final JsonMapper JSON = new JsonMapper();
    private static final Path METRICS = Path.of("docs", "reference", "metrics.md");

    @TempDir
    static Path directory;

    private static Platform platform;
    private static Path log;
    private static Developer alice;
    private static String pushed;
    private static String verified;

    @BeforeAll
    static void pushOnceWithEverythingLogged() throws Exception {
        log = directory.resolve("service.log");
        // Another service may run in this JVM, whose logging would stay as it is.
        LoggingSystem.get(OperationsIT.class.getClassLoader()).cleanUp();
        System.setOut(new PrintStream(Files.newOutputStream(log), true, StandardCharsets.UTF_8));
        platform = new Platform(
                directory.resolve("home"), Map.of("caution.log.level", "trace", "caution.log.format", "json"));
        alice = new Developer(platform.site, directory.resolve("alice"), "alice", true).withExample("docs/examples/hello");
        alice.caution("init", "--name", "hello");
        alice.commit("Link the app");
        pushed = alice.push().output();
        verified = alice.caution("verify", "--json").output();
    }

    @AfterAll
    static void stop() {
        System.setOut(OUT);
        System.clearProperty("CONSOLE_LOG_STRUCTURED_FORMAT"); // for services that log in text after this one
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    @Order(1)
    void healthSaysWhichCheckFailsAndNothingMore() throws Exception {
        assertThat(pushed).contains("Deployment successful!");
        assertThat(get("/health/live", null).body()).isEqualTo("{\"components\":{\"livenessState\":{\"status\":\"UP\"}},\"status\":\"UP\"}");
        assertThat(get("/health/ready", null).body()).isEqualTo("{\"components\":{\"db\":{\"status\":\"UP\"},"
                + "\"readinessState\":{\"status\":\"UP\"},\"ssh\":{\"status\":\"UP\"}},\"status\":\"UP\"}");
        assertThat(get("/health", null).statusCode()).isEqualTo(200);
        for (String other : List.of("/health/db", "/actuator", "/actuator/env", "/env", "/metrics")) {
            assertThat(get(other, null).statusCode()).as(other).isEqualTo(401);
        }
    }

    @Test
    @Order(2)
    void metricsAreForTheOperatorAlone() throws Exception {
        Path file = platform.site.home().resolve("metrics-token");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        String token = Files.readString(file).strip();
        assertThat(get("/metrics", token(alice)).statusCode()).isEqualTo(403);
        assertThat(get("/api/apps", token).statusCode()).isEqualTo(403);
        var metrics = get("/metrics", token);
        assertThat(metrics.statusCode()).isEqualTo(200);
        assertThat(metrics.body()).contains(
                "caution_push_seconds_count{failed_phase=\"none\",outcome=\"live\"} 1",
                "caution_builds_total{state=\"succeeded\"} 1.0",
                "caution_deployments_total{state=\"live\"} 1.0",
                "caution_enclaves 1.0",
                "caution_enclave_start_seconds_count{outcome=\"live\"} 1",
                "caution_enclaves_memory_bytes " + 512.0 * (1 << 20) / 1e8 + "E8",
                "caution_attestation_checks_total{result=\"passed\"} 1.0",
                "caution_attestation_requests_total{status=\"200\"} 1.0",
                "caution_builds_waiting 0.0",
                "hikaricp_connections_active",
                "disk_free_bytes{path=\"" + platform.site.home(),
                "disk_free_bytes{path=\"" + platform.site.cache());
        assertThat(metrics.body()).doesNotContain("alice", "hello");
        assertThat(Files.readString(METRICS)).as("copy target/metrics.md over %s when a metric has changed", METRICS)
                .isEqualTo(documented(metrics.body()));
    }

    /** The page with a table of what the service calls its own. */
    private static String documented(String scrape) throws Exception {
        var rows = new TreeMap<String, String>();
        var help = new TreeMap<String, String>();
        for (String line : scrape.lines().toList()) {
            String[] words = line.split(" ", 4);
            if (line.startsWith("# HELP caution_") && !words[2].endsWith("_max")) {
                help.put(words[2], words[3]);
            } else if (line.startsWith("# TYPE caution_") && help.containsKey(words[2])) {
                rows.put(words[2], words[3]);
            }
        }
        var table = new StringBuilder("| metric | type | labels | meaning |\n|---|---|---|---|\n");
        rows.forEach((name, type) -> {
            var labels = new TreeSet<String>();
            Pattern.compile("(?m)^" + name + "(?:_count)?\\{(.*)} ").matcher(scrape).results().forEach(sample ->
                    Pattern.compile("(\\w+)=\"").matcher(sample.group(1)).results().forEach(label -> labels.add("`" + label.group(1) + "`")));
            table.append("| `%s` | %s | %s | %s |\n".formatted(name, type, String.join(", ", labels), help.get(name)));
        });
        String page = Files.readString(METRICS);
        String written = page.replaceFirst("(?s)\\| metric \\|.*?\n(?=\n|\\z)", table.toString());
        Files.writeString(Path.of("target", "metrics.md"), written);
        return written;
    }

    @Test
    @Order(3)
    void theApiReferenceNamesEveryRouteAndNoOther() throws Exception {
        var routes = new TreeSet<String>();
        for (var mapping : platform.beans(RequestMappingInfoHandlerMapping.class)) {
            mapping.getHandlerMethods().keySet().forEach(info -> info.getMethodsCondition().getMethods().forEach(method ->
                    info.getPatternValues().forEach(path -> routes.add(method + " " + path))));
        }
        assertThat(routes).contains("GET /health", "POST /api/apps/{app}/attestation");
        String page = Files.readString(Path.of("docs", "reference", "api.md"));
        var documented = new TreeSet<String>();
        for (String section : page.split("(?m)^## `")) {
            if (section.matches("(?s)[A-Z]+ /.*")) {
                documented.add(section.substring(0, section.indexOf('`')));
                assertThat(section).as("each route has all of these").contains("Token:", "Answer:", "```sh\n");
            }
        }
        assertThat(documented).isEqualTo(routes);
    }

    @Test
    @Order(4)
    void theLogIsOneJsonObjectALineWithTheIdsOfWhatItIsAbout() throws Exception {
        var lines = Files.readAllLines(log).stream()
                .dropWhile(line -> !line.startsWith("{")) // of another service, before this one began
                .filter(line -> line.contains("co.caution")).map(JSON::readTree).toList();
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.has("@timestamp")).isTrue();
            assertThat(line.at("/log/level").isString()).isTrue();
        });
        String app = JSON.readTree(Files.readString(alice.checkout.resolve(".caution/deployment.json"))).path("resource_id").asString();
        assertThat(lines).anySatisfy(line -> {
            assertThat(line.path("message").asString()).startsWith("push ").endsWith(": live");
            assertThat(line.path("app").asString()).isEqualTo(app);
            assertThat(line.has("build")).isTrue();
        });
        assertThat(lines).anySatisfy(line -> {
            assertThat(line.path("message").asString()).endsWith(" is live");
            assertThat(line.has("deployment")).isTrue();
        });
    }

    @Test
    @Order(5)
    void noSecretIsEverLogged() throws Exception {
        String logged = Files.readString(log).replace("\\/", "/");
        var secrets = new ArrayList<String>();
        secrets.add(token(alice));
        secrets.add(Files.readString(platform.site.home().resolve("metrics-token")).strip());
        secrets.add(JSON.readTree(Files.readString(platform.site.home().resolve("admin.json"))).path("token").asString());
        secrets.add(JSON.readTree(verified).path("nonce").asString());
        try (Stream<Path> files = Stream.concat(Files.walk(platform.site.home()), Files.walk(alice.checkout.getParent()))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = Files.size(file) > 10_000 ? "" : Files.readString(file, StandardCharsets.ISO_8859_1);
                if (file.endsWith(Path.of("postgres", "password"))) {
                    secrets.add(content.strip());
                } else if (content.contains("PRIVATE KEY")) {
                    // Each line of the key's body.
                    content.lines().filter(line -> !line.contains("---") && line.length() > 20).forEach(secrets::add);
                }
            }
        }
        assertThat(secrets).hasSizeGreaterThan(8).allSatisfy(secret -> {
            assertThat(secret).isNotBlank();
            assertThat(logged).doesNotContain(secret);
        });
    }

    @Test
    @Order(6)
    void withoutSshTheServiceIsAliveButNotReady() throws Exception {
        SmartLifecycle ssh = platform.bean("gitSshServer", SmartLifecycle.class);
        ssh.stop();
        assertThat(get("/health/ready", null).statusCode()).isEqualTo(503);
        assertThat(get("/health/ready", null).body()).contains("\"ssh\":{\"status\":\"DOWN\"}", "\"db\":{\"status\":\"UP\"}");
        assertThat(get("/health/live", null).statusCode()).isEqualTo(200);
    }

    @Test
    @Order(7)
    void readinessEndsBeforeAnythingIsStopped() throws Exception {
        var seen = new ArrayList<String>();
        platform.onClose((ApplicationListener<ContextClosedEvent>) event -> {
            try {
                seen.add(get("/health/ready", null).body());
                seen.add(get("/health/live", null).body());
            } catch (Exception e) {
                seen.add(e.toString());
            }
        });
        platform.close();
        platform = null;
        assertThat(seen.getFirst()).contains("\"readinessState\":{\"status\":\"OUT_OF_SERVICE\"}");
        assertThat(seen.getLast()).contains("\"status\":\"UP\"");
    }

    private static String token(Developer developer) throws Exception {
        try (var files = Files.walk(developer.checkout.resolveSibling("config"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                var match = Pattern.compile("caution_[A-Za-z0-9_-]{20,}").matcher(Files.readString(file));
                if (match.find()) {
                    return match.group();
                }
            }
        }
        throw new AssertionError("no token is kept");
    }

    private static HttpResponse<String> get(String path, String token) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(platform.site.server() + path));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }
}
