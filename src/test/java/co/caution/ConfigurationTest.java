package co.caution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import co.caution.ConfigurationSources.Setting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {

    /** Nobody listens there, whatever else runs on this machine. */
    private static final String QUIET = "127.7.7.7";

    @TempDir
    Path directory;

    private final List<Setting> options = new ArrayList<>();
    private final Map<String, Object> environment = new HashMap<>();
    private Path file;

    @Test
    void everyErrorIsSaidAtOnceWithTheNameThatTheUserWrote() throws IOException {
        option("caution.http-port", "abc", "--http-port");
        environment.put("CAUTION_LOG_FORMAT", "xml");
        environment.put("CAUTION_HTPP_PORT", "1");
        file("# mine\ncaution.ssh-prot=22\ncaution.local.accelerator=fast\nspring.datasource.url=x\ncaution.host=http://x\n");
        assertThat(errors().getMessage().lines()).containsExactlyInAnyOrder(
                "The configuration has 7 errors:",
                "  caution.http-port (--http-port) is 'abc': that is not allowed. It must be a number.",
                "  caution.log.format (CAUTION_LOG_FORMAT) is 'xml': that is not allowed. It must be one of text, json.",
                "  caution.local.accelerator (" + file + ":3) is 'fast': that is not allowed. It must be one of tcg, kvm.",
                "  caution.host (" + file + ":5) is 'http://x': that is no host name. It must be a name or an address without"
                        + " scheme and port, such as caution.example.org.",
                "  CAUTION_HTPP_PORT: there is no such property. Did you mean CAUTION_HTTP_PORT?",
                "  caution.ssh-prot (" + file + ":2): there is no such property. Did you mean caution.ssh-port?",
                "  spring.datasource.url (" + file + ":4): there is no such property. Remove it.",
                "Every property: docs/reference/configuration.md");
        assertThat(errors().mistaken()).isTrue();
    }

    @Test
    void theCommandLineWinsOverTheEnvironmentThatOverTheFileAndThatOverDefaults() throws IOException {
        file("caution.host=file\ncaution.app-host=file\ncaution.database.user=file\n");
        environment.put("CAUTION_APP_HOST", "environment");
        environment.put("CAUTION_DATABASE_USER", "environment");
        option("caution.database.user", "option", "--x");
        var p = read().properties();
        assertThat(p.host()).isEqualTo("file");
        assertThat(p.appHost()).isEqualTo("environment");
        assertThat(p.database().user()).isEqualTo("option");
        assertThat(p.bind()).isEqualTo(QUIET);
        assertThat(p.home()).isEqualTo(directory.resolve("home"));
    }

    @Test
    void aFileMayBeWrittenInCamelCaseAndAVariableWithoutDashes() throws IOException {
        file("caution.httpPort=9181\n");
        environment.put("CAUTION_SSHPORT", "2323");
        var p = read().properties();
        assertThat(p.httpPort()).isEqualTo(9181);
        assertThat(p.sshPort()).isEqualTo(2323);
    }

    @Test
    void variablesOfTheCommandLineAreNoProperties() {
        environment.put("CAUTION_TOKEN", "t");
        environment.put("CAUTION_DEBUG", "1");
        assertThat(read()).isNotNull();
    }

    @Test
    void aSecretIsNeverShownNorIsAPasswordInAUrl() {
        environment.put("CAUTION_DATABASE_PASSWORD", "hunter2");
        environment.put("CAUTION_DATABASE_URL", "postgres://me:hunter2@db/x?password=hunter2");
        assertThat(errors().getMessage()).contains("caution.database.url (CAUTION_DATABASE_URL) is 'postgres://…@db/x?…'")
                .doesNotContain("hunter2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            caution.http-port  | 0         | that is no port
            caution.ssh-port   | 65536     | that is no port
            caution.last-port  | 8000      | it is below caution.first-port, 8100
            caution.ssh-port   | 8080      | caution.http-port is the same
            caution.http-port  | 8100      | it is one of the ports that apps get, 8100 to 8999
            caution.bind       | 1.2.3.4.5 | that is no address
            caution.app-host   | a_b       | that is no host name
            caution.app-host   | x:80      | that is no host name
            caution.local.qemu | /nowhere  | there is no such program
            caution.home       | /etc/passwd/x | /etc/passwd is not a directory
            caution.database.url | mysql:x | that is no PostgreSQL JDBC URL
            caution.build.at-once | 0     | no build fits into that. It must be at least 1
            caution.build.memory | 1MB    | no build fits into that. It must be at least 64 MiB
            caution.build.time-limit | 0s | it lets nothing through
            """)
    void whatATypeCannotSayIsCheckedToo(String property, String value, String wrong) {
        option(property, value, property);
        assertThat(errors()).hasMessageContaining(property + " is '" + value + "': ").hasMessageContaining(wrong);
    }

    @Test
    void homeAndCacheAreApart() {
        option("caution.cache", directory.resolve("home/cache").toString(), "--workdir");
        assertThat(errors()).hasMessageContaining("caution.cache (--workdir) is").hasMessageContaining("inside caution.home");
        option("caution.cache", directory.toString(), "--workdir");
        assertThat(errors()).hasMessageContaining("caution.home (default) is").hasMessageContaining("inside caution.cache");
    }

    @Test
    void aPortThatIsTakenIsNoMistakeOfTheConfiguration() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName(QUIET))) {
            option("caution.http-port", "" + taken.getLocalPort(), "--http-port");
            var errors = errors();
            assertThat(errors).hasMessageContaining("caution.http-port (--http-port) is '" + taken.getLocalPort()
                    + "': the port on " + QUIET + " is taken");
            assertThat(errors.mistaken()).isFalse();
        }
    }

    @Test
    void aFileThatIsNotThereIsSaid() {
        file = directory.resolve("none.properties");
        assertThat(errors()).hasMessageContaining("--config is '" + file + "': it cannot be read");
    }

    @Test
    void aPropertyThatMustBeSetIsNamed() {
        assertThat(catchThrowableOfType(ConfigurationException.class,
                () -> Configuration.read(new ConfigurationSources(List.of(), List.of(), null, List.of()), Map.of())))
                .hasMessageContaining("caution.home: it is not set");
    }

    @ParameterizedTest
    @CsvSource({
        "postgres://me:hidden@db/x, postgres://…@db/x", "postgres://me:hid/den@db/x, postgres://…", "postgres://me:hid@den@db/x, postgres://…",
        "postgres://me:hid?den@db/x, postgres://…", "postgres://db/x?password=hid@den, postgres://…",
        "postgres://me:hidden@db/x?password=hid@den, postgres://…", "postgres://db/x?password=hidden, postgres://db/x?…"
    })
    void noPartOfAPasswordInAUrlIsShown(String url, String shown) {
        option("caution.database.url", url, "test");
        assertThat(errors().getMessage()).contains("caution.database.url (test) is '" + shown + "'").doesNotContain("hid");
    }

    private void option(String property, String value, String shown) {
        options.removeIf(option -> option.property().equals(property));
        options.add(new Setting(property, value, shown));
    }

    private void file(String content) throws IOException {
        file = Files.writeString(directory.resolve("caution.properties"), content);
    }

    private Configuration read() {
        return Configuration.read(new ConfigurationSources(options, List.of(), file, List.of(
                new Setting("caution.bind", QUIET, "default"),
                new Setting("caution.home", directory.resolve("home").toString(), "default"),
                new Setting("caution.cache", directory.resolve("cache").toString(), "default"))), environment);
    }

    private ConfigurationException errors() {
        return catchThrowableOfType(ConfigurationException.class, this::read);
    }
}
