package co.caution;

import co.caution.build.BuildLimits;
import co.caution.build.Size;
import co.caution.client.Limit;
import co.caution.client.RateLimits;
import co.caution.client.TrustedProxies;
import co.caution.gateway.HttpLimits;
import co.caution.git.SshLimits;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.logging.LogLevel;
import org.springframework.util.unit.DataSize;

/**
 * Every setting of the service, one record for each concern. {@code docs/reference/configuration.md} is made from this
 * file: the text of each {@code @param} is its meaning there. What a value must be, beyond its type, is checked in
 * {@link ConfigurationCheck}.
 *
 * @param home everything that must survive a restart: database, repositories, images, keys
 * @param cache what can be made anew: EnclaveOS, packages, build directories
 * @param host the name by which people reach this machine
 * @param appHost the name that app URLs carry; another one than the host's, so that an app never sees the gateway's cookies
 * @param bind the address to listen on
 * @param publicUrl the API's address as people type it, and log in to; an https one says that a TLS proxy stands in front
 * @param insecureHttp whether to listen beyond loopback without TLS: tokens then cross the network in clear
 * @param httpPort the API
 * @param sshPort pushes
 * @param firstPort the first port at which apps and their attestation endpoints are reached
 * @param lastPort the last such port
 * @param origins still other URLs by which people know this server, besides public-url: logins name the one they mean
 * @param trustedProxies addresses and networks (10.0.0.0/8) of the proxies in front whose X-Forwarded-For says who calls; from anybody
 *     else the header says nothing
 */
@ConfigurationProperties("caution")
record CautionProperties(
        Path home,
        Path cache,
        @DefaultValue("localhost") String host,
        @DefaultValue("127.0.0.1") String appHost,
        @DefaultValue("127.0.0.1") String bind,
        @Nullable String publicUrl,
        @DefaultValue("false") boolean insecureHttp,
        @DefaultValue Tls tls,
        @DefaultValue("8080") int httpPort,
        @DefaultValue("2222") int sshPort,
        @DefaultValue("8100") int firstPort,
        @DefaultValue("8999") int lastPort,
        @Nullable List<String> origins,
        @Nullable List<String> trustedProxies,
        @DefaultValue Http http,
        @DefaultValue Limits limits,
        @DefaultValue Database database,
        @DefaultValue Local local,
        @DefaultValue Aws aws,
        @DefaultValue Log log,
        @DefaultValue Ssh ssh,
        @DefaultValue Push push,
        @DefaultValue Build build) {

    TrustedProxies proxies() {
        return new TrustedProxies(trustedProxies == null ? List.of() : trustedProxies);
    }

    /**
     * @param url a PostgreSQL JDBC URL; without one the service runs its own in the home directory
     * @param user whom the service is to that database
     * @param password that user's; better in a file
     * @param passwordFile a file that holds the password, so that no environment does
     * @param ownerUser whom the tables belong to, when that is somebody else: then the service can neither change them nor rewrite
     *     the audit log
     * @param ownerPassword that user's; better in a file
     * @param ownerPasswordFile a file that holds the owner's password
     */
    record Database(
            @Nullable String url,
            @DefaultValue("caution") String user,
            @Nullable String password,
            @Nullable Path passwordFile,
            @Nullable String ownerUser,
            @Nullable String ownerPassword,
            @Nullable Path ownerPasswordFile) {

        /** The password, wherever it is; a newline at the end of a file is not part of it. */
        @Nullable String secret() throws IOException {
            return secret(password, passwordFile);
        }

        @Nullable String ownerSecret() throws IOException {
            return secret(ownerPassword, ownerPasswordFile);
        }

        private static @Nullable String secret(@Nullable String given, @Nullable Path file) throws IOException {
            return file == null ? given : Files.readString(file).stripTrailing();
        }
    }

    /**
     * TLS for the API and the attestation endpoints, of both files or of neither. They may be replaced at any time.
     *
     * @param certificate the server's own, then those that lead to its authority; PEM
     * @param key the certificate's private key, which nobody else may read; PEM, without a passphrase
     */
    record Tls(@Nullable Path certificate, @Nullable Path key) {

        /** Empty unless both are set. */
        Optional<TlsFiles> files() {
            return certificate == null || key == null
                    ? Optional.empty()
                    : Optional.of(new TlsFiles(certificate.toAbsolutePath(), key.toAbsolutePath()));
        }
    }

    /**
     * Enclaves beside the service.
     *
     * @param qemu the QEMU program, a path or a name on the PATH
     * @param accelerator what runs a guest; kvm only where a guest is known to boot: /dev/kvm that opens is no sign
     */
    record Local(
            @DefaultValue("qemu-system-x86_64") String qemu, @DefaultValue("tcg") Accelerator accelerator) {}

    /**
     * Organizations' accounts at AWS. Credentials come from where AWS's own tools take them: the instance's role, or the environment.
     *
     * @param principal the ARN of the role or user that the service is at AWS, which organizations' roles are to trust
     * @param stsEndpoint a URL in place of AWS's own STS: a VPC endpoint, or a stand-in for tests
     */
    record Aws(@Nullable String principal, @Nullable URI stsEndpoint) {}

    enum Accelerator {
        TCG, KVM
    }

    /**
     * @param format lines for people, or one JSON object a line (Elastic Common Schema)
     * @param level the least level that the service itself logs
     */
    record Log(@DefaultValue("text") Format format, @DefaultValue("info") LogLevel level) {

        enum Format {
            TEXT, JSON
        }
    }

    /**
     * What SSH clients may hold. An address is an IPv4 address or the /64 of an IPv6 one.
     *
     * @param sessions open at once
     * @param sessionsPerAddress open at once from one address
     * @param sessionsPerKey open at once that the same key has signed in to
     * @param logins sessions that have not signed in yet; more push out those who have waited longest
     * @param loginsPerAddress sessions of one address that have not signed in yet
     * @param loginTime until a session must have signed in; people type passphrases and touch keys meanwhile
     * @param loginTries keys that a session may offer
     * @param idle how long a client may say nothing; longer than any build takes, as it only listens meanwhile
     */
    record Ssh(
            @DefaultValue("500") int sessions,
            @DefaultValue("100") int sessionsPerAddress,
            @DefaultValue("32") int sessionsPerKey,
            @DefaultValue("100") int logins,
            @DefaultValue("20") int loginsPerAddress,
            @DefaultValue("2m") Duration loginTime,
            @DefaultValue("6") int loginTries,
            @DefaultValue("1h") Duration idle) {

        SshLimits limits() {
            return new SshLimits(sessions, sessionsPerAddress, sessionsPerKey, logins, loginsPerAddress, loginTime, loginTries,
                    idle);
        }
    }

    /**
     * What HTTP clients of the API may hold. An address is an IPv4 address or the /64 of an IPv6 one.
     *
     * @param connections open at once; where there are more, one that waits makes room, at the address that has most
     * @param connectionsPerAddress open at once from one address that is no trusted proxy
     * @param requestTime until the head of a request must be whole, a TLS handshake included, and then until its body is
     */
    record Http(
            @DefaultValue("2000") int connections,
            @DefaultValue("500") int connectionsPerAddress,
            @DefaultValue("30s") Duration requestTime) {

        HttpLimits limits() {
            return new HttpLimits(connections, connectionsPerAddress, requestTime);
        }
    }

    /** How much may be asked for in a minute, and as much at once; 0 is no limit. All nodes on one database count together. */
    record Limits(@DefaultValue Address address, @DefaultValue Account account) {

        RateLimits.Rates rates() {
            return new RateLimits.Rates(
                    Map.of(Limit.ENTERING, address.entering(), Limit.CHALLENGES, address.challenges(), Limit.READS, address.reads(),
                            Limit.WRITES, address.writes(), Limit.DOWNLOADS, address.downloads(), Limit.SSH_FAILURES, address.sshFailures()),
                    Map.of(Limit.READS, account.reads(), Limit.WRITES, account.writes(), Limit.DOWNLOADS, account.downloads()));
        }
    }

    /**
     * For each IPv4 address, and each /64 of IPv6, a minute; 0 is no limit.
     *
     * @param entering calls that sign in, or lead to it: a minute, and as many at once
     * @param challenges attestation challenges a minute
     * @param reads calls a minute that only look
     * @param writes other calls a minute
     * @param downloads images and backups a minute
     * @param sshFailures SSH sessions a minute that end without having signed in
     */
    record Address(
            @DefaultValue("120") int entering,
            @DefaultValue("300") int challenges,
            @DefaultValue("6000") int reads,
            @DefaultValue("1200") int writes,
            @DefaultValue("120") int downloads,
            @DefaultValue("300") int sshFailures) {}

    /**
     * For each account a minute, from wherever; 0 is no limit.
     *
     * @param reads calls a minute that only look
     * @param writes other calls a minute
     * @param downloads images a minute
     */
    record Account(
            @DefaultValue("3000") int reads,
            @DefaultValue("600") int writes,
            @DefaultValue("60") int downloads) {}

    /**
     * What one push may bring.
     *
     * @param maxPack the most that one push may bring
     * @param maxObject the largest file of a push
     * @param maxRepository the most that an app's repository may have
     * @param maxOrganization the most that the repositories of all apps of an organization may have together
     */
    record Push(
            @DefaultValue("512MB") DataSize maxPack,
            @DefaultValue("256MB") DataSize maxObject,
            @DefaultValue("2GB") DataSize maxRepository,
            @DefaultValue("8GB") DataSize maxOrganization) {}

    /**
     * What a build may use up.
     *
     * @param atOnce builds that run at the same time; others wait their turn
     * @param timeLimit how long one build may take, base images included; it is stopped then
     * @param memory that all processes of one build may use together; without a value half of the machine's, at most 4GB
     * @param processes that one build may run at once
     * @param disk that one build may use, intermediate images included
     * @param files that one build may have at once, directories included
     */
    record Build(
            @DefaultValue("2") int atOnce,
            @DefaultValue("30m") Duration timeLimit,
            @Nullable DataSize memory,
            @DefaultValue("4096") int processes,
            @DefaultValue("20GB") DataSize disk,
            @DefaultValue("2000000") long files) {

        BuildLimits limits() {
            return BuildLimits.defaults().with(timeLimit, memory == null ? null : new Size(memory.toBytes()), processes,
                    new Size(disk.toBytes()), files);
        }
    }
}
