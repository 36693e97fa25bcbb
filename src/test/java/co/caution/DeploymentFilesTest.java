package co.caution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** The ways to deploy the service give it what it needs, and no more, and the same in each. */
class DeploymentFilesTest {

    private static final Path UNIT = Path.of("deploy", "caution.service");
    private static final Path COMPOSE = Path.of("docker-compose.yml");
    /** What newuidmap needs to give builds their subordinate ids. */
    private static final List<String> CAPABILITIES = List.of("SETUID", "SETGID");

    /** systemd.exec(5) of systemd 252: with these and User=, set-user-ID programs such as newuidmap gain nothing. */
    private static final Set<String> IMPLY_NO_NEW_PRIVILEGES = Set.of("NoNewPrivileges", "SystemCallFilter",
            "SystemCallArchitectures", "RestrictAddressFamilies", "RestrictNamespaces", "PrivateDevices",
            "ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs", "ProtectClock", "ProtectHostname",
            "MemoryDenyWriteExecute", "RestrictRealtime", "RestrictSUIDSGID", "DynamicUser", "LockPersonality");

    @TempDir
    Path directory;

    @Test
    void theUnitLeavesBuildsTheirSubordinateIdsAndNothingMore() throws IOException {
        String unit = Files.readString(UNIT);
        assertThat(unit).contains("\nUser=caution\n", "\nKillMode=mixed\n", "\nDelegate=yes\n", "\nStateDirectory=caution\n",
                "\nCapabilityBoundingSet=CAP_SETUID CAP_SETGID\n");
        assertThat(unit.lines().filter(line -> line.matches("[A-Z]\\w+=.*")).map(line -> line.substring(0, line.indexOf('='))))
                .doesNotContainAnyElementsOf(IMPLY_NO_NEW_PRIVILEGES);
        assertThat(unit).as("each that is left out has its reason").contains(IMPLY_NO_NEW_PRIVILEGES.stream()
                .filter(setting -> !setting.equals("DynamicUser")).toArray(String[]::new));
    }

    @Test
    void systemdUnderstandsTheUnit() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-analyze")),
                "systemd-analyze is missing: apt-get install systemd");
        Path unit = directory.resolve("caution.service");
        // The programs are where the checkout has them; on a server they are installed.
        Files.writeString(unit, Files.readString(UNIT).replace("/opt/caution/bin/", Path.of("deploy").toAbsolutePath() + "/"));
        assertThat(systemd("verify", unit.toString())).doesNotContain("caution.service:");
        String security = systemd("security", "--offline=true", unit.toString());
        var exposure = Pattern.compile("Overall exposure level for caution.service: (\\d+\\.\\d)").matcher(security);
        assertThat(exposure.find()).as(security).isTrue();
        assertThat(Double.parseDouble(exposure.group(1))).as("10 is a service without any protection").isLessThanOrEqualTo(6.3);
    }

    @Test
    void theContainerHasTheSameCapabilitiesAndIsNotRoot() throws IOException {
        Map<String, Object> service = service("caution");
        assertThat(service.get("cap_drop")).isEqualTo(List.of("ALL"));
        assertThat(service.get("cap_add")).isEqualTo(CAPABILITIES);
        assertThat(service).containsEntry("read_only", true).doesNotContainKeys("privileged", "pid", "network_mode", "user");
        assertThat(Files.readString(Path.of("Dockerfile"))).contains("\nUSER caution\n", "\nSTOPSIGNAL SIGTERM\n");
    }

    @Test
    void theContainersSettingsExistAndHoldNoSecret() throws IOException {
        var known = new HashSet<>(ConfigurationReport.NOT_PROPERTIES);
        ConfigurationProperty.all().forEach(property -> known.add(property.variable()));
        for (String name : List.of("caution", "database")) {
            Map<?, ?> environment = (Map<?, ?>) service(name).get("environment");
            assertThat(environment.keySet()).noneMatch(variable -> variable.toString().endsWith("PASSWORD"));
            if (name.equals("caution")) {
                assertThat(known).containsAll(environment.keySet().stream().map(Object::toString).toList());
            }
        }
    }

    @Test
    void secretsThatCannotBeMadeAreSaidAndNoHalfOfAPairIsLeft() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is missing: apt-get install openssl");
        var builder = new ProcessBuilder("deploy/make-secrets", "no,name").redirectErrorStream(true);
        builder.environment().put("CAUTION_SECRETS", directory.toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isEqualTo(1);
        assertThat(said).contains("subjectAltName");
        assertThat(directory.resolve("tls")).isEmptyDirectory();
        assertThat(directory.resolve("ca.pem")).doesNotExist();
    }

    private static Map<String, Object> service(String name) throws IOException {
        Map<String, Map<String, Map<String, Object>>> compose = new Yaml().load(Files.readString(COMPOSE));
        return compose.get("services").get(name);
    }

    private static String systemd(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("systemd-analyze", "--no-pager"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return said;
    }
}
