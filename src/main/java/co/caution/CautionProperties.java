package co.caution;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Every setting of the service; {@code caution.home} is the only one without a default.
 *
 * @param home everything that must survive a restart
 * @param cache what can be made anew: EnclaveOS, packages
 * @param host the name by which people reach this machine
 * @param appHost the name that app URLs carry
 * @param bind the address to listen on
 */
@ConfigurationProperties("caution")
record CautionProperties(
        Path home,
        Path cache,
        @DefaultValue("localhost") String host,
        @DefaultValue("127.0.0.1") String appHost,
        @DefaultValue("127.0.0.1") String bind,
        @DefaultValue("8080") int httpPort,
        @DefaultValue("2222") int sshPort,
        @DefaultValue("8100") int firstPort,
        @DefaultValue("8999") int lastPort,
        @DefaultValue Database database,
        @DefaultValue Local local) {

    /** @param url a PostgreSQL JDBC URL; without one the service runs its own in the home directory */
    record Database(@Nullable String url, @DefaultValue("caution") String user, @Nullable String password) {}

    /** @param accelerator {@code tcg} or {@code kvm} */
    record Local(
            @DefaultValue("qemu-system-x86_64") String qemu, @DefaultValue("tcg") String accelerator) {}
}
