package co.caution.cli;

import static co.caution.cli.ActedOperator.answer;
import static co.caution.cli.ActedOperator.bindings;
import static co.caution.cli.ActedOperator.send;
import static org.assertj.core.api.Assertions.assertThat;

import co.caution.build.Pipeline;
import co.caution.cli.Person.Said;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Evidence that is kept and checked later, with nobody to ask; and source that comes in other ways than a checkout. */
class KeptEvidenceTest {

    @TempDir
    static Path directory;

    private static ReviewedApp app;

    private final AtomicInteger asked = new AtomicInteger();
    private ActedOperator operator;
    private Person verifier;

    @BeforeAll
    static void theAppAsItWasReviewed() throws Exception {
        app = new ReviewedApp(directory);
    }

    @BeforeEach
    void anHonestOperatorAndAVerifier() throws Exception {
        operator = new ActedOperator(app.root, ReviewedApp.RANDOM).does((exchange, nonce) -> {
            asked.incrementAndGet();
            send(exchange, 200, answer(operator.document(app.image.measurements(), nonce, bindings(app.image.manifestJson())),
                    app.image.manifestJson(), app.image.manifestJson(), app.os.digest()));
        });
        verifier = new Person(directory.resolve("verifier"), "http://localhost:9").in(directory.resolve("work"));
    }

    @AfterEach
    void stop() {
        operator.close();
    }

    private Said verify(String... more) {
        return verifier.caution(Stream.concat(Stream.of("verify", "--trust-root", app.rootFile().toString(), "--allow-simulated",
                "--lock", app.lockFile().toString(), "--enclaveos", app.images().toString()), Stream.of(more)).toArray(String[]::new));
    }

    private Path saved() {
        Path file = verifier.directory.resolve("evidence.json");
        Said said = verify("--url", operator.url(), "--source", app.source.toString(), "--save", "evidence.json");
        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(said.out()).contains("Evidence kept in " + file);
        operator.close();
        return file;
    }

    @Test
    void whatWasSavedIsVerifiedWithNobodyToAsk() throws Exception {
        saved();
        Said source = verify("--document", "evidence.json", "--source", app.source.toString());
        assertThat(source.exitCode()).as(source.all()).isZero();
        assertThat(source.out()).contains("ARCHIVAL: about its own time, not about now", "were within validity period at",
                "Nonce is the one that was kept with it", "Attestation verification PASSED", "ARCHIVAL: as of 20", "nothing is said about now")
                .doesNotContain("Requesting", "prevents replay attacks");
        verifier.write("known.txt", "PCR0: %s\nPCR1: %s\nPCR2: %s\n".formatted(app.image.measurements().list().toArray()));
        Said known = verifier.caution("verify", "--document", "evidence.json", "--pcrs", "known.txt", "--trust-root",
                app.rootFile().toString(), "--allow-simulated", "--json");
        assertThat(known.exitCode()).as(known.all()).isZero();
        assertThat(known.json().path("archived").asBoolean()).isTrue();
        assertThat(known.json().path("verdict").asString()).isEqualTo("verified");
        assertThat(asked).hasValue(1);
    }

    @Test
    void aDocumentAloneAndAnAnswerAreEvidenceToo() throws Exception {
        var json = new JsonMapper().readTree(Files.readAllBytes(saved()));
        byte[] document = Base64.getDecoder().decode(json.path("document").asString());
        Files.write(verifier.directory.resolve("document.cbor"), document);
        Said raw = verify("--document", "document.cbor", "--source", app.source.toString());
        assertThat(raw.exitCode()).as(raw.all()).isZero();
        assertThat(raw.out()).contains("No nonce was kept: it may be a replay", "none came that the enclave bound to its evidence");
        Files.write(verifier.directory.resolve("answer.json"), answer(document, app.image.manifestJson(), app.image.manifestJson(), "x"));
        assertThat(verify("--document", "answer.json", "--source", app.source.toString()).exitCode()).isZero();
    }

    @Test
    void whatIsNoEvidenceIsSaidToBeNone() throws Exception {
        Path file = saved();
        verifier.write("garbage.json", "{\"document\":1}");
        assertThat(verify("--document", "garbage.json")).returns(Errors.USAGE, Said::exitCode)
                .extracting(Said::err).asString().contains("garbage.json holds no evidence: the answer carries no document");
        verifier.write("nonce.json", Files.readString(file).replaceFirst("\"nonce\":\"[0-9a-f]{8}", "\"nonce\":\"00000000"));
        assertThat(verify("--document", "nonce.json", "--source", app.source.toString()).exitCode()).as("the nonce is another").isEqualTo(3);
        verifier.write("edited.json", Files.readString(file).replace("\"ports\":[8080]", "\"ports\":[8081]"));
        assertThat(verify("--document", "edited.json", "--source", app.source.toString()).exitCode()).isEqualTo(3);
        assertThat(verify("--document", "none.json").exitCode()).isEqualTo(Errors.USAGE);
    }

    @Test
    void anOlderPipelineIsNamedWithTheCliThatReproducesIt() {
        assertThat(verifyManifest(Pipeline.VERSION + 1)).returns(6, Said::exitCode).extracting(Said::err).asString()
                .contains("Pipeline " + (Pipeline.VERSION + 1) + " built what runs", "Verify with a newer version of Caution");
        for (int older = 1; older < Pipeline.VERSION; older++) {
            assertThat(verifyManifest(older)).returns(6, Said::exitCode).extracting(Said::err).asString()
                    .contains("Pipeline " + older + " built what runs").containsPattern("Caution \\d+\\.\\d+\\.\\d+ reproduces it");
        }
    }

    /** One that this CLI cannot even read: fields come and go with pipelines. */
    private Said verifyManifest(int pipeline) {
        byte[] manifest = ("{\"manifest\":99,\"pipeline\":" + pipeline + ",\"tree\":\"" + app.image.manifest().tree() + "\"}")
                .getBytes(StandardCharsets.US_ASCII);
        operator.does((exchange, nonce) -> send(exchange, 200, answer(operator.document(app.image.measurements(), nonce, bindings(manifest)),
                manifest, manifest, app.os.digest())));
        return verify("--url", operator.url(), "--source", app.source.toString());
    }

    @Test
    void anArchiveOfTheSourceIsTheSource() throws Exception {
        Person author = app.author(app.source);
        author.git("archive", "--prefix=app-1.0/", "-o", directory.resolve("app.tar.gz").toString(), "HEAD");
        Said said = verify("--url", operator.url(), "--source", directory.resolve("app.tar.gz").toString());
        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(said.out()).contains("Reproducing build from " + directory.resolve("app.tar.gz") + ", the archive...");
        Path other = app.commit("other", "another program", "run: /app\noci-tarball: image.tar\n");
        app.author(other).git("archive", "-o", directory.resolve("other.tar").toString(), "HEAD");
        Said another = verify("--url", operator.url(), "--source", directory.resolve("other.tar").toString());
        assertThat(another.exitCode()).isEqualTo(5);
        assertThat(another.err()).contains("the archive has tree", "export-ignore");
    }

    @Test
    void aRepositoryIsFetchedByItsUrl() throws Exception {
        Said said = verify("--url", operator.url(), "--source", app.source.toUri().toString());
        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(verifier.home.resolve(".cache/caution/sources")).as("the clone is removed").isEmptyDirectory();
        for (String refused : new String[] {"http://localhost:9/app.git", "git://localhost/app.git", "ext::sh -c x", "https://a:b@localhost/x",
                "file:///nowhere/at/all", "nothing-there"}) {
            assertThat(verify("--url", operator.url(), "--source", refused).exitCode()).as(refused).isEqualTo(Errors.USAGE);
        }
        assertThat(asked).as("none of those got as far").hasValue(1);
    }
}
