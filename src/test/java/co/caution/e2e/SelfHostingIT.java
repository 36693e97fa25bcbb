package co.caution.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import co.caution.TestAuthority;
import co.caution.e2e.Developer.Result;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ssl.SslBundles;
import tools.jackson.databind.json.JsonMapper;

/** A server of one's own: behind TLS, backed up while it runs, and brought back in another place. */
class SelfHostingIT {

    private static final Pattern ATTESTATION = Pattern.compile("Attestation: https://127.0.0.1:(\\d+)/attestation");

    @TempDir
    static Path directory;

    private final TestAuthority authority;
    private final Path ca;
    private final Path certificate = directory.resolve("certificate.pem");
    private final Path key = directory.resolve("key.pem");
    private final Map<String, Object> tls = Map.of(
            "caution.tls.certificate", certificate.toString(), "caution.tls.key", key.toString());

    SelfHostingIT() throws Exception {
        authority = new TestAuthority();
        ca = authority.writeTo(directory.resolve("ca.pem"));
        authority.certify(certificate, key, Instant.now().minusSeconds(60));
    }

    @BeforeAll
    static void seeNewFilesSoon() {
        System.setProperty("spring.ssl.bundle.watch.file.quiet-period", "200ms");
    }

    @Test
    @Tag("full")
    void aServerBehindTlsIsBackedUpAndComesBackElsewhere() throws Exception {
        Site first = Site.of(directory.resolve("first"), Site.userCache());
        Path backup = directory.resolve("caution.backup");
        Developer alice;
        try (var platform = new Platform(first, tls)) {
            alice = signedIn(first);
            alice.withExample("docs/examples/hello");
            alice.caution("init", "--name", "hello");
            Result push = alice.commit("Link the app").push();
            assertThat(push.exitCode()).as(push.output()).isZero();
            rebuiltAndVerified(alice);

            backUp(alice, first, backup);
            newCertificatesAreServedAtOnce(platform, port(push.output()));
        }
        Path second = directory.resolve("second");
        aBrokenBackupLeavesNothing(alice, backup, second);
        Result restored = alice.caution("admin", "restore", backup.toString(), "--home", second.toString());
        assertThat(restored.exitCode()).as(restored.output()).isZero();
        assertThat(restored.output()).containsPattern("as of 20\\d\\d-").doesNotContain("INFO");
        Result again = alice.caution("admin", "restore", backup.toString(), "--home", second.toString());
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.output()).contains("is not empty", "replaces nothing");

        Site elsewhere = new Site(second, first.cache(), first.httpPort(), first.sshPort(), first.firstPort());
        try (var _ = new Platform(elsewhere, tls)) {
            // Same host key, same branch; waits for the enclave that is started again.
            Result nothingNew = alice.push();
            assertThat(nothingNew.exitCode()).as(nothingNew.output()).isZero();
            verified(alice);
            assertThat(alice.caution("builds", "list").output()).contains("succeeded");
        }
    }

    private static void rebuiltAndVerified(Developer developer) throws Exception {
        Result verified = developer.caution("verify", "--json");
        assertThat(verified.exitCode()).as(verified.output()).isZero();
        developer.write("../pcrs.json", new JsonMapper().readTree(verified.output()).path("remote").toString());
    }

    /** The same measurements, under the root that was pinned before the first push. */
    private static void verified(Developer developer) throws Exception {
        Result verified = developer.caution("verify", "--pcrs", "../pcrs.json");
        assertThat(verified.exitCode()).as(verified.output()).isZero();
        assertThat(verified.output()).contains("Attestation verification PASSED");
    }

    private Developer signedIn(Site site) throws Exception {
        var alice = new Developer(site, directory.resolve("alice"), "alice", false);
        Result added = alice.caution("admin", "add-user", "alice", "--ssh-key", "../id_ed25519.pub", "--home", site.home().toString());
        String token = added.output().replaceAll("(?s).*Token:\\s+(\\S+).*", "$1");
        String server = "https://localhost:" + site.httpPort();
        Result stranger = alice.caution("--server", server, "login", "--token", token);
        assertThat(stranger.exitCode()).isEqualTo(1);
        assertThat(stranger.output()).contains("The certificate of " + server + " is not accepted", "--ca FILE");
        Result signedIn = alice.caution("--server", server, "--ca", ca.toString(), "login", "--token", token);
        assertThat(signedIn.exitCode()).as(signedIn.output()).isZero();
        return alice; // from now on the authority is known
    }

    private static int port(String push) {
        var found = ATTESTATION.matcher(push);
        assertThat(found.find()).as(push).isTrue();
        return Integer.parseInt(found.group(1));
    }

    private static void backUp(Developer alice, Site site, Path backup) throws Exception {
        String home = site.home().toString();
        Result made = alice.caution("admin", "backup", backup.toString(), "--home", home);
        assertThat(made.exitCode()).as(made.output()).isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup))).isEqualTo("rw-------");
        Result over = alice.caution("admin", "backup", backup.toString(), "--home", home);
        assertThat(over.exitCode()).isEqualTo(64);
        assertThat(over.output()).contains("is there already");
        try (var files = Files.list(site.home())) {
            assertThat(files.map(file -> file.getFileName().toString())).noneMatch(name -> name.startsWith("backup-"));
        }
    }

    private void newCertificatesAreServedAtOnce(Platform platform, int attestationPort) throws Exception {
        X509Certificate before = served(platform.site.httpPort());
        assertThat(served(attestationPort)).isEqualTo(before);
        var seen = new CompletableFuture<Void>();
        platform.bean(SslBundles.class).addBundleUpdateHandler("gateway", _ -> seen.complete(null));
        // Halfway, the two do not belong together: that moment must pass unseen.
        authority.certify(certificate, key, Instant.now().minusSeconds(30));
        seen.get(30, TimeUnit.SECONDS);
        assertThat(served(platform.site.httpPort())).isNotEqualTo(before).isEqualTo(served(attestationPort));
    }

    private X509Certificate served(int port) throws Exception {
        try (SSLSocket socket = (SSLSocket) context().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private SSLContext context() throws Exception {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (var in = Files.newInputStream(ca)) {
            store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        TrustManager[] managers = factory.getTrustManagers();
        var context = SSLContext.getInstance("TLS");
        context.init(null, managers, null);
        return context;
    }

    private static void aBrokenBackupLeavesNothing(Developer alice, Path backup, Path home) throws Exception {
        Path broken = backup.resolveSibling("broken.backup");
        for (String damage : new String[] {"cut off", "changed"}) {
            Files.copy(backup, broken);
            try (var file = new RandomAccessFile(broken.toFile(), "rw")) {
                if (damage.equals("cut off")) {
                    file.setLength(file.length() * 2 / 3);
                } else {
                    file.seek(file.length() / 2);
                    int was = file.read();
                    file.seek(file.length() / 2);
                    file.write(was ^ 1);
                }
            }
            Result refused = alice.caution("admin", "restore", broken.toString(), "--home", home.toString());
            assertThat(refused.exitCode()).as(refused.output()).isEqualTo(1);
            assertThat(refused.output()).contains("This backup cannot be used", "Nothing was changed");
            assertThat(home).doesNotExist();
            Files.delete(broken);
        }
    }
}
