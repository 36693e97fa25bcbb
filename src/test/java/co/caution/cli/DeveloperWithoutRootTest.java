package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The developer's side as a user who is nobody: no root, a home and a cache that cannot be written, a server elsewhere. Where
 * the tests run as root they change to another user id for it; where not, they are such a user already.
 */
class DeveloperWithoutRootTest {

    private static final String NOBODY = "65534";

    private Path place;
    private HttpServer server;

    @BeforeEach
    void prepare() throws Exception {
        place = Files.createTempDirectory("caution-nobody");
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                String id = "4a1ebcae-2174-48dc-b33f-f3fba4473e6a";
                String app = "{\"id\":\"" + id + "\",\"resource_name\":\"app\",\"state\":\"initialized\",\"git_url\":\"ssh://git@localhost:1/"
                        + id + ".git\"}";
                String path = exchange.getRequestURI().getPath();
                byte[] body = (path.endsWith("/builds") ? "[]" : path.equals("/api/account") ? "{\"name\":\"nobody\"}"
                        : exchange.getRequestMethod().equals("GET") ? "[" + app + "]" : app).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
    }

    @AfterEach
    void remove() throws Exception {
        server.stop(0);
        FileSystemUtils.deleteRecursively(place);
    }

    @Test
    void initStatusLoginAndDoctorNeedNoRights() throws Exception {
        List<String> as = another();
        Path repository = place.resolve("app");
        run(as, "mkdir", repository.toString(), place.resolve("config").toString());
        run(as, "git", "-C", repository.toString(), "init", "-q", "-b", "main");
        run(as, "sh", "-c", "printf 'FROM scratch\\nEXPOSE 8080\\nCMD /app\\n' > " + repository.resolve("Containerfile"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var caution = new ArrayList<>(List.of("env", "-C", repository.toString(), java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-cp", readable(System.getProperty("java.class.path")), "co.caution.cli.Caution"));

        run(as, words(caution, "login", "--token", "caution_x", "--json"));
        assertThat(Files.getPosixFilePermissions(place.resolve("config/logins.json")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        JsonNode init = new JsonMapper().readTree(run(as, words(caution, "init", "--json")));
        assertThat(init.path("remote").asString()).isEqualTo("added");
        assertThat(repository.resolve(".caution/deployment.json")).exists();
        if (!as.isEmpty()) {
            assertThat(Files.getAttribute(repository.resolve("Procfile"), "unix:uid")).isEqualTo(Integer.valueOf(NOBODY));
        }
        JsonNode doctor = new JsonMapper().readTree(run(as, words(caution, "doctor", "--json")));
        assertThat(doctor.path("mode").asString()).isEqualTo("developer");
        assertThat(doctor.path("ok").asBoolean()).as(doctor.toString()).isTrue();
    }

    /** What to put in front of a command so that somebody else runs it; nothing where this is not root. */
    private static List<String> another() {
        if (!System.getProperty("user.name").equals("root")) {
            return List.of();
        }
        return List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--no-new-privs");
    }

    /** The classes where others can read them: a home directory often is private. */
    private String readable(String classPath) throws Exception {
        Path copies = Files.createDirectory(place.resolve("classes"));
        var readable = new ArrayList<String>();
        for (String entry : classPath.split(File.pathSeparator)) {
            Path from = Path.of(entry);
            Path to = copies.resolve(readable.size() + "-" + from.getFileName());
            if (Files.isRegularFile(from)) {
                Files.copy(from, to);
            } else if (Files.isDirectory(from)) {
                FileSystemUtils.copyRecursively(from, to);
            } else {
                continue;
            }
            readable.add(to.toString());
        }
        try (var all = Files.walk(copies)) {
            for (Path one : all.toList()) {
                Files.setPosixFilePermissions(one, PosixFilePermissions.fromString(Files.isDirectory(one) ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
        return String.join(File.pathSeparator, readable);
    }

    private static String[] words(List<String> command, String... more) {
        return Stream.concat(command.stream(), Stream.of(more)).toArray(String[]::new);
    }

    private String run(List<String> as, String... command) throws Exception {
        var all = new ArrayList<>(as);
        all.addAll(List.of(command));
        var builder = new ProcessBuilder(all).directory(place.toFile());
        builder.environment().keySet().retainAll(List.of("PATH"));
        builder.environment().put("CAUTION_CONFIG", place.resolve("config").toString());
        builder.environment().put("CAUTION_SERVER", "http://localhost:" + server.getAddress().getPort());
        builder.environment().put("HOME", "/nonexistent");
        builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
        Path errors = place.resolve("errors");
        Process process = builder.redirectError(errors.toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(String.join(" ", List.of(command).subList(0, 1)) + output + Files.readString(errors)).isZero();
        return output;
    }
}
