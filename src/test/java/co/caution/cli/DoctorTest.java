package co.caution.cli;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.cli.Finding.Status;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DoctorTest {

    @TempDir
    Path directory;

    @Test
    void aMachineWithoutAnythingIsToldWhatIsMissingAndHowToGetIt() throws Exception {
        for (List<String> mode : List.of(List.<String>of(), List.of("--server-side", "--home", directory.resolve("x").toString()))) {
            var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                    "co.caution.cli.Caution", "doctor", "--json"));
            command.addAll(mode);
            var builder = new ProcessBuilder(command).directory(directory.toFile());
            builder.environment().clear(); // no PATH, so that no program is found
            builder.environment().put("CAUTION_CONFIG", directory.resolve("config").toString());
            builder.environment().put("CAUTION_SERVER", "http://localhost:1");
            builder.environment().put("PATH", directory.toString());
            Process doctor = builder.start();
            JsonNode said = new JsonMapper().readTree(doctor.getInputStream().readAllBytes());
            assertThat(doctor.waitFor()).isEqualTo(1);
            assertThat(said.path("ok").asBoolean()).isFalse();
            assertThat(said.path("checks")).isNotEmpty().allSatisfy(check -> assertThat(check.has("remedy"))
                    .as(check.toString()).isEqualTo(!check.path("status").asString().equals("ok")));
            assertThat(said.path("checks").valueStream().filter(check -> check.path("status").asString().equals("fail"))
                    .map(check -> check.path("name").asString())).contains(mode.isEmpty() ? "git" : "buildah");
        }
    }

    @Test
    void aPortThatIsTakenIsNamedWithWhoHasIt() throws Exception {
        var person = new Person(directory.resolve("home"), "http://localhost:1");
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            JsonNode checks = person.caution("doctor", "--server-side", "--json", "--ssh-port", "" + taken.getLocalPort()).json().path("checks");
            JsonNode port = checks.valueStream().filter(check -> check.path("name").asString().startsWith("port " + taken.getLocalPort()))
                    .findFirst().orElseThrow();
            assertThat(port.path("status").asString()).isEqualTo("fail");
            assertThat(port.path("found").asString()).contains("process " + ProcessHandle.current().pid());
            assertThat(port.path("remedy").asString()).contains("--ssh-port N");
        }
    }

    @Test
    void clocksAreComparedWithTheServers() {
        Instant now = Instant.parse("2026-05-04T12:00:00.900Z");
        assertThat(DoctorDeveloper.clock(Optional.of("Mon, 04 May 2026 12:00:00 GMT"), now).status()).isEqualTo(Status.OK);
        assertThat(DoctorDeveloper.clock(Optional.of("Mon, 04 May 2026 12:00:30 GMT"), now)).satisfies(
                clock -> assertThat(clock.status()).isEqualTo(Status.WARN), clock -> assertThat(clock.found()).contains("behind"));
        assertThat(DoctorDeveloper.clock(Optional.of("Mon, 04 May 2026 11:00:00 GMT"), now).status()).isEqualTo(Status.FAIL);
        assertThat(DoctorDeveloper.clock(Optional.of("noon"), now).status()).isEqualTo(Status.WARN);
        assertThat(DoctorDeveloper.clock(Optional.empty(), now).status()).isEqualTo(Status.WARN);
    }

    @Test
    void versionsAreComparedNumberByNumber() throws Exception {
        assertThat(Probe.atLeast("2.39.5", "2.31")).isTrue();
        assertThat(Probe.atLeast("2.9", "2.31")).isFalse();
        assertThat(Probe.atLeast("8", "8.0")).isTrue();
        Path old = Files.writeString(directory.resolve("old"), "#!/bin/sh\necho old version 1.2\n");
        assertThat(old.toFile().setExecutable(true)).isTrue();
        Finding found = Probe.program("old", Pattern.compile("version (\\d+\\.\\d+)"), "1.10", "Get a newer one.", old.toString());
        assertThat(found).isEqualTo(Finding.fail("old", "1.2, but at least 1.10 is needed", "Get a newer one."));
    }

    @Test
    void aFullDiskIsSaid() {
        assertThat(Probe.space("disk", directory.resolve("not/yet/there"), 0, 0).status()).isEqualTo(Status.OK);
        assertThat(Probe.space("disk", directory, 1L << 30, 1L << 31)).satisfies(
                disk -> assertThat(disk.status()).isEqualTo(Status.FAIL), disk -> assertThat(disk.remedy()).contains("Make room"));
    }
}
