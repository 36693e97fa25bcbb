package co.caution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import co.caution.ConfigurationSources.Setting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsTest {

    @TempDir
    Path directory;

    private final TestAuthority authority;
    private Path certificate;
    private Path key;

    TlsTest() throws Exception {
        authority = new TestAuthority();
    }

    @BeforeEach
    void aGoodPair() throws Exception {
        certificate = directory.resolve("certificate.pem");
        key = directory.resolve("key.pem");
        authority.certify(certificate, key, Instant.now().minusSeconds(60));
    }

    @Test
    void aPairThatBelongsTogetherIsServed() {
        assertThat(said()).doesNotContain("caution.tls");
        assertThat(PublicAddress.of(Configuration.atRest(sources()))).isEqualTo("https://localhost:8080");
    }

    @Test
    void aKeyThatEverybodyCanReadIsRefused() throws Exception {
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(said()).contains("caution.tls.key is '" + key + "': everybody on this machine can read it. Close it (chmod 0600)");
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() throws Exception {
        authority.certify(directory.resolve("other.pem"), key, Instant.now().minusSeconds(60));
        assertThat(said()).contains("it is not the key of the first certificate in " + certificate);
    }

    @Test
    void aCertificateThatExpiredOrIsNotYetValidIsRefused() throws Exception {
        authority.certify(certificate, key, Instant.parse("2020-01-01T00:00:00Z"));
        assertThat(said()).contains("caution.tls.certificate is '" + certificate + "': it expired on 2020-01-02T00:00:00Z");
        authority.certify(certificate, key, Instant.now().plusSeconds(3600));
        assertThat(said()).contains("it is valid only from");
    }

    @Test
    void filesThatAreNotThereOrHoldSomethingElseAreNamed() throws Exception {
        Files.writeString(certificate, "hello");
        Files.delete(key);
        assertThat(said()).contains("caution.tls.certificate is '" + certificate + "': it holds nothing of that kind. It must be PEM",
                "caution.tls.key is '" + key + "': it is not there, or this user may not read it");
    }

    @Test
    void oneOfTheTwoIsNotEnough() {
        assertThat(said(Map.of("caution.tls.key", key.toString())))
                .contains("caution.tls.certificate: it is not set, and the other of the two is. Set both, or neither");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, , false, true",
        "0.0.0.0, , false, false",
        "0.0.0.0, http://caution.example.org, false, false",
        "0.0.0.0, https://caution.example.org, false, true",
        "0.0.0.0, , true, true"
    })
    void plainHttpBeyondThisMachineIsNeverAnAccident(String bind, String publicUrl, String insecure, boolean accepted) {
        var settings = new HashMap<>(Map.of("caution.bind", bind, "caution.insecure-http", insecure));
        if (publicUrl != null) {
            settings.put("caution.public-url", publicUrl);
        }
        String said = said(settings);
        assertThat(said.contains("over plain HTTP")).as(said).isEqualTo(!accepted);
    }

    @ParameterizedTest
    @CsvSource({"caution.example.org", "https://", "https://a/b", "https://me@a", "ftp://a"})
    void aPublicUrlIsAnAddressAndNoMore(String url) {
        assertThat(said(Map.of("caution.public-url", url))).contains("caution.public-url", "that is no address of a server");
    }

    private String said() {
        return said(Map.of("caution.tls.certificate", certificate.toString(), "caution.tls.key", key.toString()));
    }

    /** Everything that is wrong, also with this machine. */
    private String said(Map<String, String> settings) {
        var options = new ArrayList<>(sources().options());
        options.removeIf(option -> option.property().startsWith("caution.tls"));
        settings.forEach((property, value) -> options.add(new Setting(property, value, property)));
        Throwable wrong = catchThrowable(() -> Configuration.read(new ConfigurationSources(options, List.of(), null, List.of())));
        return wrong == null ? "" : wrong.getMessage();
    }

    private ConfigurationSources sources() {
        return new ConfigurationSources(List.of(
                new Setting("caution.home", directory.resolve("home").toString(), "--home"),
                new Setting("caution.cache", directory.resolve("cache").toString(), "--workdir"),
                new Setting("caution.tls.certificate", certificate.toString(), "--tls-certificate"),
                new Setting("caution.tls.key", key.toString(), "--tls-key")), List.of(), null, List.of());
    }
}
