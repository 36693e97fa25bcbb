package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.cli.Person.Said;
import co.caution.eif.EifMetadata;
import co.caution.eif.EifWriter;
import co.caution.packages.Sha256;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadEifTest {

    private static final String ID = "4a1ebcae-2174-48dc-b33f-f3fba4473e6a";

    @TempDir
    Path directory;

    private HttpServer server;
    private Person person;
    private Path image;
    private String tag;
    private Path here;

    @BeforeEach
    void start() throws Exception {
        image = directory.resolve("served.eif");
        Path part = Files.write(directory.resolve("part"), new byte[512]);
        EifWriter.write(image, part, "reboot=k", EifMetadata.json("test", "1", "test"), List.of(part));
        tag = Sha256.of(image);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                boolean eif = exchange.getRequestURI().getPath().equals("/api/apps/" + ID + "/releases/7/eif");
                byte[] body = eif
                        ? Files.readAllBytes(image)
                        : ("{\"id\":\"" + ID + "\",\"resource_name\":\"hello\",\"release\":{\"number\":7}}").getBytes(StandardCharsets.US_ASCII);
                exchange.getResponseHeaders().set("ETag", "\"" + tag + "\"");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
        person = new Person(directory.resolve("home"), "http://localhost:" + server.getAddress().getPort());
        person.environment.put("CAUTION_TOKEN", "caution_x");
        here = directory.resolve("here");
        person.in(here);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void theImageOfTheReleaseThatRunsIsWrittenAndMeasured() throws Exception {
        Said said = person.caution("apps", "download-eif", "hello", "--json");

        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(here.resolve("hello-v7.eif")).hasSameBinaryContentAs(image);
        assertThat(said.json().path("sha256").asString()).isEqualTo(tag);
        assertThat(said.json().path("pcr0").asString()).hasSize(96);
    }

    @Test
    void whatWasChangedOnTheWayIsNotKeptAndReplacesNothing() throws Exception {
        tag = "0".repeat(64);
        Files.writeString(here.resolve("old.eif"), "old");

        Said said = person.caution("apps", "download-eif", "hello", "-o", "old.eif");

        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.err()).contains("something on the way changed it");
        assertThat(here.resolve("old.eif")).hasContent("old");
        try (var files = Files.list(here)) {
            assertThat(files).hasSize(1);
        }
    }
}
