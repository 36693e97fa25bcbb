package co.caution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What operators rely on: a property's name and its default are changed on purpose, here too, or not at all. */
class CautionPropertiesTest {

    @Test
    void theServiceItself() {
        assertThat(properties("caution")).isEqualTo("""
                caution.home
                caution.cache
                caution.host = localhost
                caution.app-host = 127.0.0.1
                caution.bind = 127.0.0.1
                caution.public-url
                caution.insecure-http = false
                caution.http-port = 8080
                caution.ssh-port = 2222
                caution.first-port = 8100
                caution.last-port = 8999
                caution.origins
                caution.trusted-proxies
                """);
    }

    @Test
    void theDatabase() {
        assertThat(properties("caution.database")).isEqualTo("""
                caution.database.url
                caution.database.user = caution
                caution.database.password
                caution.database.password-file
                caution.database.owner-user
                caution.database.owner-password
                caution.database.owner-password-file
                """);
    }

    @Test
    void tls() {
        assertThat(properties("caution.tls")).isEqualTo("""
                caution.tls.certificate
                caution.tls.key
                """);
    }

    @Test
    void enclavesBesideTheService() {
        assertThat(properties("caution.local")).isEqualTo("""
                caution.local.qemu = qemu-system-x86_64
                caution.local.accelerator = tcg
                """);
    }

    @Test
    void accountsAtAws() {
        assertThat(properties("caution.aws")).isEqualTo("""
                caution.aws.principal
                caution.aws.sts-endpoint
                """);
    }

    @Test
    void builds() {
        assertThat(properties("caution.build")).isEqualTo("""
                caution.build.at-once = 2
                caution.build.time-limit = 30m
                caution.build.memory
                caution.build.processes = 4096
                caution.build.disk = 20GB
                caution.build.files = 2000000
                """);
    }

    @Test
    void theLog() {
        assertThat(properties("caution.log")).isEqualTo("""
                caution.log.format = text
                caution.log.level = info
                """);
    }

    @Test
    void ssh() {
        assertThat(properties("caution.ssh")).isEqualTo("""
                caution.ssh.sessions = 500
                caution.ssh.sessions-per-address = 100
                caution.ssh.sessions-per-key = 32
                caution.ssh.logins = 100
                caution.ssh.logins-per-address = 20
                caution.ssh.login-time = 2m
                caution.ssh.login-tries = 6
                caution.ssh.idle = 1h
                """);
    }

    @Test
    void http() {
        assertThat(properties("caution.http")).isEqualTo("""
                caution.http.connections = 2000
                caution.http.connections-per-address = 500
                caution.http.request-time = 30s
                """);
    }

    @Test
    void limits() {
        assertThat(properties("caution.limits.address")).isEqualTo("""
                caution.limits.address.entering = 120
                caution.limits.address.challenges = 300
                caution.limits.address.reads = 6000
                caution.limits.address.writes = 1200
                caution.limits.address.downloads = 120
                caution.limits.address.ssh-failures = 300
                """);
        assertThat(properties("caution.limits.account")).isEqualTo("""
                caution.limits.account.reads = 3000
                caution.limits.account.writes = 600
                caution.limits.account.downloads = 60
                """);
    }

    @Test
    void aPush() {
        assertThat(properties("caution.push")).isEqualTo("""
                caution.push.max-pack = 512MB
                caution.push.max-object = 256MB
                caution.push.max-repository = 2GB
                caution.push.max-organization = 8GB
                """);
    }

    /** Those directly below, with their defaults. */
    private static String properties(String prefix) {
        return ConfigurationProperty.all().stream()
                .filter(property -> property.name().substring(0, property.name().lastIndexOf('.')).equals(prefix))
                .map(property -> property.name() + (property.defaultValue() == null ? "" : " = " + property.defaultValue()) + "\n")
                .collect(Collectors.joining());
    }
}
