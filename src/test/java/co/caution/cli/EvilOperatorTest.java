package co.caution.cli;

import static co.caution.cli.ActedOperator.answer;
import static co.caution.cli.ActedOperator.bindings;
import static co.caution.cli.ActedOperator.bound;
import static co.caution.cli.ActedOperator.send;
import static org.assertj.core.api.Assertions.assertThat;

import co.caution.TestAuthority;
import co.caution.build.BuiltImage;
import co.caution.cli.Person.Said;
import co.caution.eif.EifWriter;
import co.caution.eif.Measurements;
import co.caution.enclaveos.EnclaveOsRelease;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody who runs an enclave and wants it taken for another one. The evidence is real (a software security module under
 * a root that the verifier accepts, but for where that is the point), the rebuild is real, and so is the answer to each trick.
 * docs/reference/verify.md lists them.
 */
class EvilOperatorTest {

    @TempDir
    static Path directory;

    private static ReviewedApp app;
    private static EnclaveOsRelease os;
    private static BuiltImage reviewed;

    private final CountDownLatch over = new CountDownLatch(1);
    private ActedOperator operator;
    private Person verifier;

    @BeforeAll
    static void theAppAsItWasReviewed() throws Exception {
        app = new ReviewedApp(directory);
        os = app.os;
        reviewed = app.image;
    }

    @BeforeEach
    void anOperatorAndAVerifier() throws Exception {
        operator = new ActedOperator(app.root, ReviewedApp.RANDOM);
        verifier = new Person(directory.resolve("verifier"), "http://localhost:9").in(directory);
    }

    @AfterEach
    void stop() {
        over.countDown();
        operator.close();
    }

    /** By the app.source, with a release of EnclaveOS that the verifier knows and has. */
    private Said verify(String... more) {
        return verifyFrom(app.source, more);
    }

    private Said verifyFrom(Path from, String... more) {
        return run(Stream.concat(Stream.of("--source", from.toString(), "--trust-root", app.rootFile().toString(),
                "--allow-simulated", "--lock", app.lockFile().toString(),
                "--enclaveos", app.images().toString()), Arrays.stream(more)));
    }

    private Said run(Stream<String> options) {
        return verifier.caution(Stream.concat(Stream.of("verify", "--url", operator.url()), options).toArray(String[]::new));
    }

    private static void refused(Said said, int exitCode, String... messages) {
        assertThat(said.exitCode()).as(said.all()).isEqualTo(exitCode);
        assertThat(said.out()).contains("✗ Attestation verification FAILED").doesNotContain("PASSED");
        assertThat(said.err()).contains(messages);
    }

    @Test
    void anHonestOneIsBelieved() {
        operator.runs(reviewed, os.digest());
        Said said = verify();
        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(said.out()).contains("✓ Attestation verification PASSED", "SIMULATED (not hardware-backed)",
                "EnclaveOS known here: " + os.digest(), reviewed.measurements().pcr0());
    }

    @Test
    void anotherCommitThanTheOneReviewed() throws Exception {
        Path other = app.commit("other", "what was not reviewed", "run: /app\noci-tarball: image.tar\nports: 8080\n");
        operator.runs(app.build(other, os, "other-stage"), os.digest());
        String tree = app.author(other).git("rev-parse", "HEAD^{tree}");
        String head = app.author(app.source).git("rev-parse", "HEAD");
        refused(verify(), 5, "The enclave runs another source than the one you asked about", tree, "c".repeat(40), head);
    }

    @Test
    void anotherCommitWithTheSameTreeIsTheSameSource() throws Exception {
        operator.runs(reviewed, os.digest());
        Path clone = directory.resolve("clone");
        verifier.git("clone", "-q", app.source.toString(), clone.toString());
        verifier.in(clone).git("commit", "-q", "--allow-empty", "-m", "Nothing changes");
        assertThat(verifyFrom(clone).exitCode()).isZero();
    }

    @Test
    void theRunCommandIsChanged() throws Exception {
        byte[] manifest = replaced(reviewed.manifestJson(), "\"argv\":[\"/app\"]", "\"argv\":[\"/apx\"]");
        Path ramdisk = Files.write(directory.resolve("changed.cpio"),
                replaced(Files.readAllBytes(reviewed.stage().resolve("output/rootfs.cpio")), "\"argv\":[\"/app\"]", "\"argv\":[\"/apx\"]"));
        Measurements measured = EifWriter.write(directory.resolve("changed.eif"), os.kernel(), os.cmdline(),
                "{}".getBytes(StandardCharsets.US_ASCII), List.of(os.ramdisk(), ramdisk));
        operator.does((exchange, nonce) -> send(exchange, 200,
                answer(operator.document(measured, nonce, bindings(manifest)), manifest, manifest, os.digest())));
        Said said = verify();
        refused(said, 2, "PCR0, PCR2 differ");
        assertThat(said.out()).contains("PCR1: match", "PCR2: MISMATCH");
    }

    @Test
    void theManifestIsEditedAfterTheFact() {
        byte[] shown = replaced(reviewed.manifestJson(), "\"argv\":[\"/app\"]", "\"argv\":[\"/harmless\"]");
        operator.does((exchange, nonce) -> send(exchange, 200, answer(operator.document(reviewed.measurements(), nonce,
                bindings(reviewed.manifestJson())), reviewed.manifestJson(), shown, os.digest())));
        Said said = verify();
        refused(said, 3, "the manifest is not the one that the enclave bound to its document");
        assertThat(said.out()).as("nothing of it was shown").doesNotContain("Run command");
    }

    @Test
    void theBindingsAreAnothersToo() {
        byte[] shown = replaced(reviewed.manifestJson(), "\"argv\":[\"/app\"]", "\"argv\":[\"/harmless\"]");
        operator.does((exchange, nonce) -> send(exchange, 200, answer(operator.document(reviewed.measurements(), nonce,
                bindings(reviewed.manifestJson())), shown, shown, os.digest())));
        refused(verify(), 3, "the bindings are not those that the enclave put into its document");
    }

    @Test
    void evidenceIsReplayed() {
        var first = new AtomicReference<byte[]>();
        operator.does((exchange, nonce) -> {
            first.compareAndSet(null, answer(operator.document(reviewed.measurements(), nonce, bindings(reviewed.manifestJson())),
                    reviewed.manifestJson(), reviewed.manifestJson(), os.digest()));
            send(exchange, 200, first.get());
        });
        assertThat(verify().exitCode()).isZero();
        refused(verify(), 3, "nonce");
    }

    @Test
    void evidenceIsOfAnotherApp() throws Exception {
        Path other = app.commit("other-app", "another app", "run: /app\noci-tarball: image.tar\nmetadata: another\n");
        BuiltImage its = app.build(other, os, "other-app-stage");
        operator.runs(its, os.digest());
        refused(verify(), 5, "The enclave runs another source");
        // And without its manifest, which would have said so:
        operator.does((exchange, nonce) -> send(exchange, 200, ("{\"document\":\"" + Base64.getEncoder().encodeToString(
                operator.document(its.measurements(), nonce, new byte[0])) + "\"}").getBytes(StandardCharsets.US_ASCII)));
        refused(verify(), 2, "PCR0, PCR2 differ");
    }

    @Test
    void theEnclaveIsInDebugMode() {
        String zero = "0".repeat(96);
        operator.does((exchange, nonce) -> send(exchange, 200, answer(operator.document(new Measurements(zero, zero, zero), nonce,
                bindings(reviewed.manifestJson())), reviewed.manifestJson(), reviewed.manifestJson(), os.digest())));
        refused(verify(), 5, "The enclave runs in debug mode");
    }

    @Test
    void simulatedEvidenceWhereHardwaresIsExpected() {
        operator.runs(reviewed, os.digest());
        refused(run(Stream.of("--source", app.source.toString())), 3, "rule", "root");
        refused(run(Stream.of("--source", app.source.toString(), "--trust-root", app.rootFile().toString(),
                "--lock", app.lockFile().toString(), "--enclaveos", app.images().toString())),
                5, "the evidence is SIMULATED", "--allow-simulated accepts that");
    }

    @Test
    void aLockOfTheOperatorsOwn() throws Exception {
        EnclaveOsRelease own = TinyEnclaveOs.in(directory.resolve("own-os"), "an agent with a door at the back");
        operator.serves(own.digest(), own).runs(app.build(app.source, own, "own-os-stage"), own.digest());
        Said said = verify("--junit", "lock.xml");
        assertThat(Files.readString(directory.resolve("lock.xml"))).contains("failures=\"1\"", "<failure message=\"The enclave runs an EnclaveOS that you do not know")
                .containsSubsequence("name=\"PCR0\"", "<skipped", "name=\"PCR1\"", "<skipped");
        refused(said, 5, "an EnclaveOS that you do not know", own.lock().pcr1(), "You would have to trust lock " + own.digest(),
                "Beside the nearest known release (" + os.digest() + ")", "source guest ",
                "output ramdisk0.cpio ", "--lock FILE");
        assertThat(said.out()).as("nothing was built").doesNotContain("Reproducing");
        // Whoever names it trusts it, and takes its images from the operator: they are what the lock names.
        Said named = run(Stream.of("--source", app.source.toString(), "--trust-root", app.rootFile().toString(),
                "--allow-simulated", "--lock", directory.resolve("own-os/enclaveos.lock").toString()));
        assertThat(named.exitCode()).as(named.all()).isZero();
    }

    @Test
    void aLockThatIsNotEvenItsOwn() throws Exception {
        EnclaveOsRelease own = TinyEnclaveOs.in(directory.resolve("shy-os"), "an agent that hides");
        operator.serves(own.digest(), os).runs(app.build(app.source, own, "shy-os-stage"), own.digest());
        refused(verify(), 5, "The lock that comes with it is not even its own");
    }

    @Test
    void aFileIsSlippedIntoRamdisk0() throws Exception {
        EnclaveOsRelease slipped = TinyEnclaveOs.in(directory.resolve("slipped-os"), "the agent that everybody has read", "sh");
        BuiltImage image = app.build(app.source, slipped, "slipped-stage");
        operator.runs(image, os.digest()); // and says that it is the one that everybody knows
        Said said = verify();
        refused(said, 2, "PCR0, PCR1 differ");
        assertThat(said.out()).contains("PCR1: MISMATCH", "PCR2: match");
    }

    @Test
    void otherImagesUnderAKnownDigest() throws Exception {
        EnclaveOsRelease other = TinyEnclaveOs.in(directory.resolve("swapped-os"), "another agent");
        operator.serves(os.digest(), other).runs(reviewed, os.digest());
        Said said = new Person(directory.resolve("stranger"), "http://localhost:9").in(directory).caution(
                "verify", "--url", operator.url(), "--source", app.source.toString(), "--trust-root", app.rootFile().toString(),
                "--allow-simulated", "--lock", app.lockFile().toString(), "--enclaveos", directory.resolve("swapped-os").toString());
        refused(said, 6, "is not release " + os.digest(), "ramdisk0.cpio", "is not the one that the lock names");
    }

    @Test
    void theAnswerHasAGibibyte() {
        operator.does((exchange, nonce) -> {
            exchange.sendResponseHeaders(200, 1L << 30);
            byte[] block = new byte[1 << 16];
            for (long sent = 0; sent < 1L << 30; sent += block.length) {
                exchange.getResponseBody().write(block);
            }
        });
        refused(verify(), 4, "it sends more than the 1024 KiB that this may have; the rest was not read");
    }

    @Test
    void theAnswerHasNoLengthAndNoEnd() {
        operator.does((exchange, nonce) -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] block = new byte[1 << 16];
            while (true) {
                exchange.getResponseBody().write(block);
            }
        });
        refused(verify(), 4, "it sends more than the 1024 KiB that this may have; the rest was not read");
    }

    @Test
    void theAnswerLeadsElsewhere() {
        operator.does((exchange, nonce) -> {
            exchange.getResponseHeaders().set("Location", "http://169.254.169.254/latest/meta-data");
            send(exchange, 307, new byte[0]);
        });
        refused(verify(), 4, "redirects (HTTP 307) to http://169.254.169.254/latest/meta-data, which is not followed");
    }

    @Test
    void theAnswerDoesNotCome() {
        operator.does((exchange, nonce) -> over.await());
        refused(verify("--timeout", "1"), 4, "did not answer completely within 1 s");
    }

    @Test
    void theAnswerDrips() {
        operator.does((exchange, nonce) -> {
            exchange.sendResponseHeaders(200, 0);
            do {
                exchange.getResponseBody().write(' ');
                exchange.getResponseBody().flush();
            } while (!over.await(50, TimeUnit.MILLISECONDS));
        });
        refused(verify("--timeout", "1"), 4, "did not answer completely within 1 s");
    }

    @Test
    void theTlsCertificateIsSwapped() throws Exception {
        var theirs = new TestAuthority();
        var others = new TestAuthority();
        Path ca = theirs.writeTo(directory.resolve("ca.pem"));
        operator.close();
        operator = new ActedOperator(app.root, ReviewedApp.RANDOM, tlsServer(others)).runs(reviewed, os.digest());
        Said said = verifier.caution("--ca", ca.toString(), "verify", "--url", operator.url().replace("http://", "https://"),
                "--source", app.source.toString(), "--trust-root", app.rootFile().toString(), "--allow-simulated");
        refused(said, 4, "its certificate is not accepted");
    }

    @Test
    void anotherProgramAnswersOnTheAppsPort() throws Exception {
        HttpServer other = tlsServer(new TestAuthority());
        other.start();
        try {
            byte[] bindings = bindings(reviewed.manifestJson(), "e".repeat(64)); // the key that the enclave made
            operator.does((exchange, nonce) -> send(exchange, 200, bound(operator.document(reviewed.measurements(), nonce, bindings), bindings,
                    reviewed.manifestJson(), os.digest(), ",\"channel\":{\"port\":" + other.getAddress().getPort() + "}")));
            refused(verify(), 5, "another program answers on the app's port", "the enclave's is " + "e".repeat(64));
            Files.writeString(directory.resolve("small.json"), "{\"version\":1,\"max_memory_mb\":1}");
            refused(verify("--policy", "small.json"), 5, "channel: ", "max_memory_mb: ");
        } finally {
            other.stop(0);
        }
    }

    private static HttpServer tlsServer(TestAuthority authority) throws Exception {
        Path certificate = directory.resolve("tls.pem");
        Path key = directory.resolve("tls.key");
        authority.certify(certificate, key, Instant.now().minusSeconds(60));
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        byte[] der = Base64.getMimeDecoder().decode(Files.readString(key).replaceAll("-----.*?-----", ""));
        var chain = new ArrayList<Certificate>();
        try (InputStream in = Files.newInputStream(certificate)) {
            chain.addAll(CertificateFactory.getInstance("X.509").generateCertificates(in));
        }
        keys.setKeyEntry("tls", KeyFactory.getInstance(chain.getFirst().getPublicKey().getAlgorithm())
                .generatePrivate(new PKCS8EncodedKeySpec(der)), new char[0], chain.toArray(Certificate[]::new));
        var managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(keys, new char[0]);
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(ActedOperator.address(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return server;
    }

    @Test
    void theReferenceListsThemAll() throws Exception {
        String page = Files.readString(Path.of("docs/reference/verify.md"));
        var listed = Pattern.compile("(?m)^\\| .* \\| `(\\w+)` \\|$").matcher(page).results().map(row -> row.group(1)).toList();
        var tricks = Stream.of(EvilOperatorTest.class.getDeclaredMethods()).filter(method -> method.isAnnotationPresent(Test.class))
                .map(Method::getName)
                .filter(name -> !List.of("anHonestOneIsBelieved", "anotherCommitWithTheSameTreeIsTheSameSource", "theReferenceListsThemAll").contains(name))
                .toList();
        assertThat(listed).containsExactlyInAnyOrderElementsOf(tricks);
    }

    private static byte[] replaced(byte[] bytes, String what, String by) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        assertThat(text).contains(what);
        return text.replace(what, by).getBytes(StandardCharsets.ISO_8859_1);
    }
}
