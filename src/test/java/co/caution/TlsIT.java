package co.caution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.caution.account.Account;
import co.caution.account.Accounts;
import co.caution.account.Tokens;
import co.caution.account.WayIn;
import co.caution.cli.TinyEnclaveOs;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.json.JsonMapper;

/** The service where TLS ends in it. */
class TlsIT {

    private static final int ALERT = 21;
    private static final int PROTOCOL_VERSION = 70;

    @TempDir
    static Path directory;

    private static int port;
    private static SSLContext client;
    private static ConfigurableApplicationContext service;

    @BeforeAll
    static void start() throws Exception {
        var authority = new TestAuthority();
        Path certificate = directory.resolve("certificate.pem");
        Path key = directory.resolve("key.pem");
        authority.certify(certificate, key, Instant.now().minusSeconds(60));
        client = trusting(authority.writeTo(directory.resolve("ca.pem")));
        port = FreePorts.first(4);
        service = CautionServer.start(TinyEnclaveOs.in(directory.resolve("enclaveos"), "none"), Map.of(
                "caution.home", directory.resolve("home").toString(), "caution.cache", directory.resolve("cache").toString(),
                "caution.http-port", port, "caution.ssh-port", port + 1, "caution.first-port", port + 2, "caution.last-port", port + 3,
                "caution.tls.certificate", certificate.toString(), "caution.tls.key", key.toString()));
    }

    @AfterAll
    static void stop() {
        if (service != null) {
            service.close();
        }
    }

    private static SSLContext trusting(Path authority) throws Exception {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(authority)) {
            store.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    @Test
    void aBrowserIsSignedInByACookieThatIsHeldToThisHostAndToHttps() throws Exception {
        Account person = service.getBean(Accounts.class).findOrCreate("behind-tls");
        String token = service.getBean(Tokens.class).create(person.id(), "test", Instant.now().plus(Duration.ofHours(1)), WayIn.NONE);
        var in = call("POST", "/api/sessions", Map.of("Authorization", "Bearer " + token));
        assertThat(in.statusCode()).isEqualTo(201);
        assertThat(in.headers().allValues("Set-Cookie")).hasSize(1).allSatisfy(cookie -> assertThat(cookie)
                .startsWith("__Host-caution=").contains("; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict").doesNotContain("Domain"));
        String cookie = in.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
        String page = new JsonMapper().readTree(in.body()).path("session").asString();
        assertThat(call("GET", "/api/account", Map.of("Cookie", cookie, "Caution-Session", page)).body()).contains("behind-tls");
        assertThat(call("GET", "/api/account", Map.of("Cookie", cookie.replace("__Host-caution", "caution-localhost"), "Caution-Session", page))
                .statusCode()).as("the cookie of plain HTTP").isEqualTo(401);
        assertThat(call("DELETE", "/api/sessions", Map.of("Cookie", cookie, "Caution-Session", page, "Origin", "http://localhost:" + port))
                .statusCode()).as("from a page of the same name that came without TLS").isEqualTo(403);
        assertThat(call("DELETE", "/api/sessions", Map.of("Cookie", cookie, "Caution-Session", page, "Origin", "https://localhost:" + port))
                .statusCode()).isEqualTo(200);
    }

    @ValueSource(strings = {"/", "/api/account", "/health/live", "/nothing"})
    @ParameterizedTest
    void browsersAreToldToComeByHttpsAlone(String path) throws Exception {
        assertThat(call("GET", path, Map.of()).headers().allValues("Strict-Transport-Security")).containsExactly("max-age=31536000");
    }

    @CsvSource({"TLSv1.3, TLS_AES_128_GCM_SHA256", "TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"})
    @ParameterizedTest
    void currentVersionsAndSuitesAreServed(String version, String suite) throws Exception {
        try (SSLSocket socket = socket(version, suite)) {
            socket.startHandshake();
            assertThat(socket.getSession().getProtocol()).isEqualTo(version);
        }
    }

    /** The JDK would take it. */
    @Test
    void aSuiteWithoutAuthenticatedEncryptionIsRefused() throws Exception {
        try (SSLSocket socket = socket("TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256")) {
            assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLHandshakeException.class).hasMessageContaining("handshake_failure");
        }
    }

    /** Written by hand, as this JDK's own client speaks none of them (RFC 4346, 7.4.1.2): a hello, without extensions. */
    @ValueSource(ints = {0x0300, 0x0301, 0x0302})
    @ParameterizedTest
    void versionsBeforeTls12AreRefused(int version) throws Exception {
        int ecdheEcdsaAes128CbcSha = 0xc009;
        int hello = 2 + 32 + 1 + 2 + 2 + 2;
        var bytes = ByteBuffer.allocate(5 + 4 + hello);
        bytes.put((byte) 22).putShort((short) version).putShort((short) (4 + hello));
        bytes.putInt(1 << 24 | hello).putShort((short) version).put(new byte[32]).put((byte) 0);
        bytes.putShort((short) 2).putShort((short) ecdheEcdsaAes128CbcSha).put((byte) 1).put((byte) 0);
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(bytes.array());
            byte[] answer = socket.getInputStream().readNBytes(7);
            assertThat(answer[0]).isEqualTo((byte) ALERT);
            assertThat(answer[6]).isEqualTo((byte) PROTOCOL_VERSION);
        }
    }

    private static SSLSocket socket(String version, String suite) throws Exception {
        var socket = (SSLSocket) client.getSocketFactory().createSocket("localhost", port);
        socket.setSoTimeout(10_000);
        socket.setEnabledProtocols(new String[] {version});
        socket.setEnabledCipherSuites(new String[] {suite});
        return socket;
    }

    private static HttpResponse<String> call(String method, String path, Map<String, String> headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("https://localhost:" + port + path)).timeout(Duration.ofSeconds(30))
                .method(method, BodyPublishers.noBody());
        headers.forEach(request::header);
        try (var http = HttpClient.newBuilder().sslContext(client).build()) {
            return http.send(request.build(), BodyHandlers.ofString());
        }
    }
}
